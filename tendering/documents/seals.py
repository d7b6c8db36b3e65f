"""What a signature looks like on the page: a round red seal, or a signer's name and the time.

The picture has no legal weight of its own; it shows where a signature is, and the signature is
checked by its certificate.
"""

import math
from datetime import datetime
from io import BytesIO
from zoneinfo import ZoneInfo

from PIL import Image, ImageDraw, ImageFont

from tendering.documents.fonts import drawable, sans_path, serif_path

SEAL_PIXELS = 720
SEAL_NAME_CHARACTERS_MAX = 40

_RED = (196, 18, 24, 235)
_INK = (22, 33, 62, 255)
_GRAY = (90, 98, 115, 255)
_ZONE = ZoneInfo("Asia/Shanghai")
_PIXELS_PER_POINT = 5
_STAR_POINTS = 10
_STAR_INNER = 0.382
_ARC_DEGREES_MAX = 262
_ARC_DEGREES_PER_CHARACTER = 22
_FOOT = "电子签章"


def seal_image(organization_name: str) -> bytes:
    """Return a PNG, square and transparent: a red circle, the name on an arc, a star, a foot."""
    name = drawable(organization_name)[:SEAL_NAME_CHARACTERS_MAX]
    size = SEAL_PIXELS
    picture = Image.new("RGBA", (size, size), (255, 255, 255, 0))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((8, 8, size - 8, size - 8), outline=_RED, width=round(size * 0.025))
    _draw_star(draw, size)
    _draw_arc(picture, name, size)
    foot = ImageFont.truetype(sans_path(), round(size * 0.075))
    draw.text((size / 2, size * 0.78), _FOOT, font=foot, fill=_RED, anchor="mm", stroke_width=1)
    return _png(picture)


def signature_image(name: str, signed_at: datetime, *, width: float, height: float) -> bytes:
    """Return a PNG of `width` by `height` points with the signer's name and the time in China."""
    pixels = (round(width * _PIXELS_PER_POINT), round(height * _PIXELS_PER_POINT))
    picture = Image.new("RGBA", pixels, (255, 255, 255, 0))
    draw = ImageDraw.Draw(picture)
    local = signed_at.astimezone(_ZONE)
    lines = (
        (drawable(name), serif_path(), 0.36, 0.34, _INK),
        (f"数字签名 {local:%Y-%m-%d %H:%M:%S}", sans_path(), 0.20, 0.78, _GRAY),
    )
    for text, path, share, middle, color in lines:
        font = _fitting(text, str(path), round(pixels[1] * share), pixels[0] * 0.94)
        draw.text((pixels[0] / 2, pixels[1] * middle), text, font=font, fill=color, anchor="mm")
    return _png(picture)


def _draw_star(draw: ImageDraw.ImageDraw, size: int) -> None:
    radius = size * 0.155
    corners = []
    for step in range(_STAR_POINTS):
        reach = radius if step % 2 == 0 else radius * _STAR_INNER
        angle = math.pi * step / 5
        corners.append((size / 2 + reach * math.sin(angle), size / 2 - reach * math.cos(angle)))
    draw.polygon(corners, fill=_RED)


def _draw_arc(picture: Image.Image, name: str, size: int) -> None:
    """Set the name on the upper arc, feet to the middle, smaller the longer it is."""
    count = max(len(name), 1)
    span = math.radians(min(_ARC_DEGREES_MAX, _ARC_DEGREES_PER_CHARACTER * (count - 1)))
    radius = size * 0.37
    room = span * radius / (count - 1) if count > 1 else size
    font = ImageFont.truetype(serif_path(), round(min(size * 0.115, room * 0.98)))
    tile = round(size * 0.2)
    for index, character in enumerate(name):
        angle = -span / 2 + (span * index / (count - 1) if count > 1 else 0)
        glyph = Image.new("RGBA", (tile, tile), (255, 255, 255, 0))
        ImageDraw.Draw(glyph).text(
            (tile / 2, tile / 2), character, font=font, fill=_RED, anchor="mm", stroke_width=1.2
        )
        turned = glyph.rotate(-math.degrees(angle), resample=Image.Resampling.BICUBIC)
        middle = size / 2 + radius * math.sin(angle), size / 2 - radius * math.cos(angle)
        picture.alpha_composite(turned, (round(middle[0] - tile / 2), round(middle[1] - tile / 2)))


def _fitting(text: str, path: str, pixels: int, width: float) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(path, pixels)
    length = font.getlength(text)
    if length <= width:
        return font
    return ImageFont.truetype(path, max(1, math.floor(pixels * width / length)))


def _png(picture: Image.Image) -> bytes:
    output = BytesIO()
    picture.save(output, "PNG", optimize=True)
    return output.getvalue()
