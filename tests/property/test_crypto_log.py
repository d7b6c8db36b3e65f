"""The log: proofs of every tree verify, and a log can only grow."""

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from crypto.errors import BadCheckpoint, BadProof
from crypto.merkle import (
    Tree,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from crypto.tlog import Checkpoint, WitnessState, witness_decision

LARGEST = 300
TREE = Tree()
for _number in range(LARGEST):
    TREE.append(b"%d" % _number)


@given(st.integers(1, LARGEST), st.data())
def test_every_leaf_has_a_proof_of_inclusion(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaf = leaf_hash(b"%d" % index)
    proof = TREE.inclusion_proof(index, size)

    verify_inclusion(index=index, size=size, leaf=leaf, proof=proof, root=TREE.root(size))


@given(st.integers(2, LARGEST), st.data())
def test_a_proof_serves_one_leaf_only(size: int, data: st.DataObject) -> None:
    index, other = data.draw(
        st.lists(st.integers(0, size - 1), min_size=2, max_size=2, unique=True)
    )
    proof = TREE.inclusion_proof(index, size)

    for place, content in ((other, index), (index, other)):
        try:
            verify_inclusion(
                index=place,
                size=size,
                leaf=leaf_hash(b"%d" % content),
                proof=proof,
                root=TREE.root(size),
            )
        except BadProof:
            continue
        raise AssertionError("a proof served another leaf or place")


@given(st.integers(0, LARGEST), st.data())
def test_every_tree_continues_every_earlier_one(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(0, size))

    verify_consistency(
        old_size=old,
        old_root=TREE.root(old),
        size=size,
        root=TREE.root(size),
        proof=TREE.consistency_proof(old, size),
    )


@given(st.integers(2, LARGEST), st.data())
def test_a_tree_with_one_leaf_changed_never_continues_the_earlier_one(
    size: int, data: st.DataObject
) -> None:
    old = data.draw(st.integers(1, size - 1))
    changed = data.draw(st.integers(0, old - 1))
    rewritten = Tree()
    for number in range(size):
        rewritten.append(b"changed" if number == changed else b"%d" % number)

    for proof in (rewritten.consistency_proof(old, size), TREE.consistency_proof(old, size)):
        try:
            verify_consistency(
                old_size=old,
                old_root=TREE.root(old),
                size=size,
                root=rewritten.root(size),
                proof=proof,
            )
        except BadProof:
            continue
        raise AssertionError("a rewritten log passed for a continuation")


@given(st.integers(0, LARGEST))
def test_the_root_of_all_hashes_is_the_root_of_the_tree(size: int) -> None:
    assert root_of([leaf_hash(b"%d" % number) for number in range(size)]) == TREE.root(size)


@given(st.integers(1, LARGEST))
def test_the_tiles_hold_exactly_the_leaves(size: int) -> None:
    tiles = [TREE.tile(0, index, size) for index in range(-(-size // 256))]

    assert b"".join(tiles) == b"".join(leaf_hash(b"%d" % number) for number in range(size))


class Witnessing(RuleBasedStateMachine):
    """A log that now and then forks, and a witness that must never follow a fork."""

    def __init__(self) -> None:
        super().__init__()
        self.honest = Tree()
        self.forked = Tree()
        self.state = WitnessState()

    @rule(count=st.integers(0, 20))
    def grow(self, count: int) -> None:
        for _ in range(count):
            self.forked.append(b"fork" if len(self.honest) % 7 == 3 else b"%d" % len(self.honest))
            self.honest.append(b"%d" % len(self.honest))

    @rule()
    def show_the_honest_log(self) -> None:
        seen = Checkpoint("log", len(self.honest), self.honest.root())
        proof = self.honest.consistency_proof(self.state.size)
        self.state = witness_decision(self.state.size, self.state.root, seen, proof)

    @rule(data=st.data())
    def show_an_old_checkpoint(self, data: st.DataObject) -> None:
        size = data.draw(st.integers(0, self.state.size))
        seen = Checkpoint("log", size, self.honest.root(size))
        try:
            state = witness_decision(self.state.size, self.state.root, seen, [])
        except BadCheckpoint:
            return
        assert state == self.state

    @rule()
    def show_the_forked_log(self) -> None:
        if self.forked.root(self.state.size) == self.state.root:
            return  # the witness has not yet seen beyond the fork
        seen = Checkpoint("log", len(self.forked), self.forked.root())
        proof = self.forked.consistency_proof(self.state.size)
        try:
            witness_decision(self.state.size, self.state.root, seen, proof)
        except BadProof:
            return
        raise AssertionError("the witness followed a fork")

    @invariant()
    def the_witness_is_on_the_honest_log(self) -> None:
        assert self.state.root == self.honest.root(self.state.size)


TestWitnessing = Witnessing.TestCase
TestWitnessing.settings = settings(max_examples=30, stateful_step_count=15)
