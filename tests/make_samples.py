"""Makes the sample documents in `knowledge/`: three short PDFs of Fernhill Clinic Software, a firm that does not exist.

Run as `python tests/make_samples.py [FOLDER]`. The same bytes come out every time (`invariant`), so that a
change of a sample is a change of this file.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "knowledge"
NEW_PAGE = "---"

REFUND_POLICY = [
    "# Refund Policy",
    "Fernhill Clinic Software. In force from 1 March 2026.",
    "## Full refunds",
    "Customers may ask for a full refund within 30 days of purchase, for any reason. Write to "
    "refunds@fernhill.example with the invoice number. The money goes back to the card or account it came from "
    "within 10 working days.",
    "## Annual plans",
    "After the first 30 days an annual plan can be ended at the close of any month. The months that were not used are "
    "refunded in proportion, less a closing fee of 5 percent of the yearly price.",
    "## Monthly plans",
    "A monthly plan can be ended at any time and runs to the end of the month already paid for. Months that have begun "
    "are not refunded.",
    NEW_PAGE,
    "# What is not refunded",
    "Training days that have taken place and data imports that have been signed off are not refunded. Hardware such as "
    "card readers can be returned within 14 days if it is unopened.",
    "## Outages",
    "If the service is down for more than four hours in a calendar month, the clinic receives a credit of one day for "
    "every hour of outage. The credit appears on the next invoice; nobody needs to ask for it.",
    "## Disputes",
    "A refund that was refused is looked at again by the head of customer care, who answers within five working days. "
    "Her decision comes with its reasons in writing.",
]

HANDBOOK = [
    "# Staff Handbook",
    "Fernhill Clinic Software. Edition 7.",
    "## Who we are",
    "Fernhill makes appointment and record software for small clinics. Forty people work here, half of them in "
    "support. Our office hours are 8:30 to 17:30 on weekdays; the support line is answered from 7:00 to 20:00.",
    "## Working from home",
    "Everyone may work from home up to three days a week. Patient data is only opened on a company laptop with disk "
    "encryption, never on a private device.",
    NEW_PAGE,
    "# Patient-Data Workflow",
    "Every request from a clinic that touches patient data follows the same six steps.",
    "Step 1. The support agent opens a ticket and writes down who asked, for which clinic, and why.",
    "Step 2. The agent confirms the caller's identity by ringing back the number on file for the clinic.",
    "Step 3. The clinic's privacy officer approves the access in the portal; the approval lasts for 24 hours.",
    "Step 4. The agent works on a masked copy. Names and dates of birth are hidden unless the ticket needs them.",
    "Step 5. A second agent reviews the access log before the ticket is closed.",
    "Step 6. The masked copy is erased on the day the ticket is closed.",
    "If any step cannot be done, stop and call the data protection lead. Never send patient data by e-mail.",
    NEW_PAGE,
    "# Retention",
    "Patient records belong to the clinic. Fernhill keeps them for as long as the contract runs and for 90 days after, "
    "so that the clinic can export them; then they are erased, backups included, within a further 30 days.",
    "Access logs are kept for seven years. Support tickets are kept for two years with all patient details removed.",
    "## Who may see what",
    "Support agents see masked records for the tickets assigned to them. Engineers see test data only. The data "
    "protection lead sees access logs, never the content of a record. Sales staff see no patient data at all.",
    NEW_PAGE,
    "# Incidents",
    "Anyone who suspects that patient data was seen by the wrong person reports it to the data protection lead within "
    "one hour. The clinic is told within 24 hours, and the regulator within 72 hours where the law asks for it.",
    "Nobody is blamed for reporting an incident, even their own. Hiding one is a reason for dismissal.",
]

PRICE_LIST = [
    "# Price List 2026",
    "All prices are in euros per month and without VAT. An annual plan costs ten times the monthly price.",
    [
        ["Plan", "Practitioners", "Monthly price", "Storage", "Support"],
        ["Solo", "1", "49", "20 GB", "E-mail"],
        ["Practice", "up to 5", "149", "100 GB", "E-mail and telephone"],
        ["Clinic", "up to 20", "399", "500 GB", "Telephone, 7:00 to 20:00"],
        ["Group", "over 20", "on request", "2 TB", "A named contact"],
    ],
    "## Extras",
    [
        ["Extra", "Price", "Unit"],
        ["Text-message reminders", "0.07", "per message"],
        ["Data import from another system", "600", "once"],
        ["Training day on site", "850", "per day"],
        ["Card reader", "79", "each"],
    ],
    "Charities and teaching clinics receive 20 percent off every plan. Discounts are not combined.",
]

SAMPLES: dict[str, list[Any]] = {
    "refund-policy.pdf": REFUND_POLICY,
    "handbook.pdf": HANDBOOK,
    "price-list.pdf": PRICE_LIST,
}


def make_samples(folder: Path) -> None:
    """Write the three PDFs into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in SAMPLES.items():
        make_pdf(folder / name, content)


def make_pdf(path: Path, content: list[Any], page_height: float | None = None) -> None:
    """Write one document. `page_height` is in points, A4 where it is not given."""
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import SimpleDocTemplate

    width, height = A4
    title = path.stem.replace("-", " ").title()
    document = SimpleDocTemplate(
        str(path),
        pagesize=(width, page_height or height),
        title=title,
        author="Fernhill Clinic Software",
        invariant=1,
        pageCompression=1,
    )
    document.build([part for block in content for part in _parts(block)])


def _parts(block: str | list[list[str]]) -> list[Any]:
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import PageBreak, Paragraph, Spacer

    if isinstance(block, list):
        return [_table(block), Spacer(1, 14)]
    if block == NEW_PAGE:
        return [PageBreak()]
    styles = getSampleStyleSheet()
    for mark, style in (("## ", "Heading2"), ("# ", "Heading1")):
        if block.startswith(mark):
            return [Paragraph(block.removeprefix(mark), styles[style])]
    return [Paragraph(block, styles["BodyText"])]


def _table(rows: list[list[str]]) -> Any:
    from reportlab.lib import colors
    from reportlab.platypus import Table

    style = [
        ("GRID", (0, 0), (-1, -1), 0.5, colors.grey),
        ("BACKGROUND", (0, 0), (-1, 0), colors.lightgrey),
        ("FONTNAME", (0, 0), (-1, 0), "Helvetica-Bold"),
    ]
    return Table(rows, style=style, hAlign="LEFT")


if __name__ == "__main__":
    make_samples(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
