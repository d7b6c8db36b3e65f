"""Descriptions of streams as browsers make them, shortened (RFC 8866)."""


def a_description(direction: str) -> str:
    """Sound and a picture in one direction."""
    return (
        "v=0\r\no=- 46 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
        f"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na={direction}\r\n"
        f"m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na={direction}\r\n"
    )


def a_whole_description() -> str:
    """An offer of sound and a picture with all that a media server asks for (RFC 8829)."""
    fingerprint = ":".join(["A5"] * 32)
    sections = "".join(
        f"m={media} 9 UDP/TLS/RTP/SAVPF {number}\r\nc=IN IP4 0.0.0.0\r\n"
        "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789abcdef01234567\r\n"
        f"a=fingerprint:sha-256 {fingerprint}\r\na=setup:actpass\r\na=mid:{mid}\r\n"
        f"a=sendonly\r\na=rtcp-mux\r\na=rtpmap:{number} {codec}\r\n"
        for mid, (media, number, codec) in enumerate(
            [("audio", 111, "opus/48000/2"), ("video", 96, "VP8/90000")]
        )
    )
    return f"v=0\r\no=- 46 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n{sections}"
