"""Documents of a tender begin alike: number, project, parties, a QR code to the public proof."""

from collections.abc import Sequence
from typing import Final

from tendering.documents.data import Heading
from tendering.documents.typesetting import Block, Rendered, Signer, typeset

DEMONSTRATION: Final = "示范数据，不具法律效力"


def headed(
    about: Heading, title: str, subtitle: str, *, blocks: Sequence[Block], signers: Sequence[Signer]
) -> Rendered:
    """Make the PDF of a document under its heading. Blocks: call it in a thread."""
    return typeset(
        title=title,
        subtitle=subtitle,
        demonstration=about.demonstration,
        proof=about.proof,
        number=about.number,
        footer=DEMONSTRATION if about.demonstration else about.tender_title,
        blocks=blocks,
        signers=signers,
        made_at=about.made_at,
    )


def heading_facts(about: Heading) -> list[tuple[str, str]]:
    """The facts every document begins with."""
    facts = [
        ("文件编号", about.number),
        ("项目名称", about.tender_title),
        ("项目编号", about.tender_number),
    ]
    if about.lot:
        facts.append(("标段", f"{about.lot} {about.lot_title}"))
    facts.append(("招标人", about.procuring_entity))
    if about.agency:
        facts.append(("招标代理机构", about.agency))
    if about.demonstration:
        facts.append(("说明", DEMONSTRATION))
    return facts
