"""Checkpoints, witnesses, receipts, tiles."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from crypto.errors import BadCheckpoint, BadProof
from crypto.keys import NOTE_COSIGNATURE, NoteKey, note_key_id
from crypto.tlog import (
    Checkpoint,
    InclusionReceipt,
    Tree,
    WitnessState,
    checkpoint_body,
    cosign,
    entries_path,
    entry_bundle,
    format_proof,
    leaf_hash,
    parse_checkpoint,
    parse_note,
    parse_proof,
    sign_note,
    tile_path,
    verify_checkpoint,
    verify_cosignatures,
    verify_note,
    with_signatures,
    witness_decision,
)

AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
LOG = NoteKey.from_seed("log.example/kaibiao", b"\x01" * 32)
WITNESS = NoteKey.from_seed("witness.example/甲", b"\x02" * 32)
OTHER = NoteKey.from_seed("witness.example/乙", b"\x03" * 32)


def _tree(size: int) -> Tree:
    tree = Tree()
    for number in range(size):
        tree.append(b"%d" % number)
    return tree


def _signed(tree: Tree, size: int | None = None) -> str:
    size = len(tree) if size is None else size
    return sign_note(checkpoint_body(LOG.name, size, tree.root(size)), LOG)


TREE = _tree(7)
CHECKPOINT = _signed(TREE)


def test_a_signed_checkpoint_reads_back() -> None:
    assert verify_checkpoint(CHECKPOINT, LOG.verifier) == Checkpoint(LOG.name, 7, TREE.root())


def test_a_published_note_verifies() -> None:
    # The example of C2SP tlog-cosignature: a real cosignature over a real checkpoint's text.
    text = (
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
        "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/"
        "Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    )

    assert parse_checkpoint(text).size == 20852163
    assert parse_note(text).signatures[0].key_id.hex() == "033de0ae"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n7\n", "\n8\n"),
        ("\n7\n", "\n07\n"),
        ("\n7\n", "\n-7\n"),
        ("\n7\n", "\n\n"),
        ("\n7\n", "\n7\r\n"),
        ("\n7\n", "\n9223372036854775808\n"),
        ("kaibiao\n7", "other\n7"),
        ("— ", "- "),
        ("=\n\n", "=\n"),
        ("=\n\n", "=\nextension\n\n"),
    ],
)
def test_an_altered_checkpoint_is_refused(old: str, new: str) -> None:
    with pytest.raises(BadCheckpoint):
        verify_checkpoint(CHECKPOINT.replace(old, new, 1), LOG.verifier)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "a\n1\n",
        "a\n1\nAAAA\n",
        "a\n1\n!\n",
        "a\n07\n" + "A" * 43 + "=\n",
        "a\n9223372036854775808\n" + "A" * 43 + "=\n",
        "a\n1\n" + "A" * 42 + "B=\n",
        "a\n1\n" + "A" * 43 + "=",
    ],
)
def test_a_malformed_checkpoint_is_refused(body: str) -> None:
    with pytest.raises(BadCheckpoint):
        parse_checkpoint(body)


def test_extension_lines_are_signed_and_ignored() -> None:
    body = checkpoint_body(LOG.name, 7, TREE.root()) + "demonstration\n"

    assert verify_checkpoint(sign_note(body, LOG), LOG.verifier).size == 7


def test_a_checkpoint_of_another_log_is_refused_though_the_key_is_known() -> None:
    text = sign_note(checkpoint_body("log.example/other", 7, TREE.root()), LOG)

    with pytest.raises(BadCheckpoint, match="another log"):
        verify_checkpoint(text, LOG.verifier)


def test_a_note_without_a_known_signature_is_refused() -> None:
    with pytest.raises(BadCheckpoint, match="no known key"):
        verify_note(CHECKPOINT, [OTHER.verifier])


def test_signatures_by_unknown_keys_are_ignored() -> None:
    two = with_signatures(CHECKPOINT, [cosign(CHECKPOINT, WITNESS, AT)])

    note = verify_note(two, [LOG.verifier])

    assert [line.name for line in note.signatures] == [LOG.name]


def test_a_wrong_signature_by_a_known_key_spoils_the_note() -> None:
    other_text = _signed(TREE, 6)
    line = other_text.splitlines(keepends=True)[-1]

    with pytest.raises(BadCheckpoint, match="does not verify"):
        verify_note(with_signatures(CHECKPOINT, [line]), [LOG.verifier])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n",
        "a\n\n",
        "a\n\n— a\n",
        "a\n\n— a AAAA\n",
        "a\n\n— a AAAAA\n",
        "a\n\n— a+b AAAAAAAA\n",
        "a\n\n— a AAAAAAAA",
        "a\tb\n\n— a AAAAAAAA\n",
        "a\n\n" + "— a AAAAAAAA\n" * 65,
        "a" * 70_000 + "\n\n— a AAAAAAAA\n",
    ],
)
def test_a_malformed_note_is_refused(text: str) -> None:
    with pytest.raises(BadCheckpoint):
        parse_note(text)


def test_a_note_may_have_empty_lines_in_its_text() -> None:
    assert verify_note(sign_note("a\n\nb\n", LOG), [LOG.verifier]).body == "a\n\nb\n"


def test_cosignatures_tell_who_saw_the_checkpoint_and_when() -> None:
    lines = [cosign(CHECKPOINT, WITNESS, AT), cosign(CHECKPOINT, OTHER, AT + timedelta(seconds=9))]
    text = with_signatures(CHECKPOINT, lines)

    seen = verify_cosignatures(text, [WITNESS.cosigner, OTHER.cosigner])

    assert seen == {WITNESS.name: AT, OTHER.name: AT + timedelta(seconds=9)}
    assert verify_cosignatures(text, [WITNESS.cosigner]) == {WITNESS.name: AT}
    assert verify_cosignatures(CHECKPOINT, [WITNESS.cosigner]) == {}


def test_the_earliest_of_several_cosignatures_counts() -> None:
    lines = [cosign(CHECKPOINT, WITNESS, AT + timedelta(seconds=n)) for n in (5, 0, 7)]

    seen = verify_cosignatures(with_signatures(CHECKPOINT, lines), [WITNESS.cosigner])

    assert seen == {WITNESS.name: AT}


def test_a_signature_line_is_added_once() -> None:
    line = cosign(CHECKPOINT, WITNESS, AT)
    text = with_signatures(CHECKPOINT, [line, line])

    assert text == CHECKPOINT + line
    assert with_signatures(text, [line]) == text


def test_a_plain_signature_does_not_count_as_a_cosignature() -> None:
    text = with_signatures(
        CHECKPOINT, [sign_note(parse_note(CHECKPOINT).body, WITNESS).splitlines(keepends=True)[-1]]
    )

    assert verify_cosignatures(text, [WITNESS.cosigner, WITNESS.verifier]) == {}


def test_a_cosignature_moved_to_another_checkpoint_is_refused() -> None:
    line = cosign(CHECKPOINT, WITNESS, AT)

    with pytest.raises(BadCheckpoint):
        verify_cosignatures(with_signatures(_signed(TREE, 6), [line]), [WITNESS.cosigner])


def test_a_cosignature_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(BadCheckpoint, match="malformed"):
        verify_cosignatures(CHECKPOINT + _cosignature_line(bytes(8)), [WITNESS.cosigner])


def test_a_cosignature_at_an_impossible_time_is_refused() -> None:
    seconds = 2**63 - 1
    message = f"cosignature/v1\ntime {seconds}\n{parse_note(CHECKPOINT).body}".encode()
    stamped = seconds.to_bytes(8, "big") + WITNESS.sign(message)

    with pytest.raises(BadCheckpoint, match="no possible time"):
        verify_cosignatures(CHECKPOINT + _cosignature_line(stamped), [WITNESS.cosigner])


def _cosignature_line(stamped: bytes) -> str:
    key_id = note_key_id(WITNESS.name, NOTE_COSIGNATURE, WITNESS.public)
    return f"— {WITNESS.name} {base64.b64encode(key_id + stamped).decode()}\n"


def test_a_witness_follows_a_growing_log() -> None:
    state = WitnessState()

    for size in (0, 3, 3, 7):
        seen = parse_checkpoint(_signed(TREE, size))
        proof = TREE.consistency_proof(state.size, size)
        state = witness_decision(state.size, state.root, seen, proof)

    assert state == WitnessState(7, TREE.root())


def test_a_witness_refuses_a_log_that_became_smaller() -> None:
    with pytest.raises(BadCheckpoint, match="smaller"):
        witness_decision(7, TREE.root(), parse_checkpoint(_signed(TREE, 6)), [])


def test_a_witness_refuses_a_rewritten_log() -> None:
    rewritten = Tree()
    for number in (0, 1, 9, 3, 4, 5, 6):
        rewritten.append(b"%d" % number)

    with pytest.raises(BadProof):
        witness_decision(
            3, TREE.root(3), parse_checkpoint(_signed(rewritten)), rewritten.consistency_proof(3)
        )
    with pytest.raises(BadProof):
        witness_decision(7, TREE.root(), parse_checkpoint(_signed(rewritten)), [])


@pytest.mark.parametrize("extra", [b"", b"\x00" * 32])
def test_a_receipt_stands_alone(extra: bytes) -> None:
    receipt = InclusionReceipt(4, tuple(TREE.inclusion_proof(4)), CHECKPOINT, extra)

    read = parse_proof(format_proof(receipt))

    assert read == receipt
    assert read.verify(leaf_hash(b"4"), LOG.verifier).size == 7


def test_a_receipt_for_the_only_leaf_has_no_hashes() -> None:
    tree = _tree(1)
    receipt = InclusionReceipt(0, (), _signed(tree))

    assert parse_proof(format_proof(receipt)).verify(leaf_hash(b"0"), LOG.verifier).size == 1


def test_a_receipt_for_another_leaf_is_refused() -> None:
    receipt = InclusionReceipt(4, tuple(TREE.inclusion_proof(4)), CHECKPOINT)

    with pytest.raises(BadProof):
        receipt.verify(leaf_hash(b"5"), LOG.verifier)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("@v1", "@v2"),
        ("index 4", "index 04"),
        ("index 4", "place 4"),
        ("index 4\n", ""),
        ("index 4\n", "index 4\n!\n"),
        ("index 4\n", "index 4\nAAAA\n"),
        ("index 4\n", "extra !\nindex 4\n"),
        ("\n\n", "\n"),
    ],
)
def test_a_malformed_receipt_is_refused(old: str, new: str) -> None:
    text = format_proof(InclusionReceipt(4, tuple(TREE.inclusion_proof(4)), CHECKPOINT))

    with pytest.raises((BadProof, BadCheckpoint)):
        parse_proof(text.replace(old, new, 1))


def test_tiles_are_found_under_the_paths_of_the_specification() -> None:
    assert tile_path(0, 5) == "tile/0/005"
    assert tile_path(1, 1234067, 8) == "tile/1/x001/x234/067.p/8"
    assert entries_path(1000) == "tile/entries/x001/000"


def test_an_entry_bundle_states_the_length_of_each_entry() -> None:
    assert entry_bundle([b"a", b"", b"bc"]) == b"\x00\x01a\x00\x00\x00\x02bc"
