"""Writes the documents of this folder that hold no text: python-docx, reportlab, odfpy and openpyxl are needed.

The content is that of a fictitious company and in our own words.
"""

import datetime
import pathlib

import docx
import openpyxl
from docx.enum.text import WD_BREAK
from odf import style, table, text
from odf.opendocument import OpenDocumentSpreadsheet, OpenDocumentText
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.platypus import ListFlowable, ListItem, PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

HERE = pathlib.Path(__file__).parent
FIXED = datetime.datetime(2026, 2, 3)

CONTROL = [
    ("Document owner", "Priya Raman"),
    ("Approved by", "Edda Falk, 3 February 2026"),
    ("Version", "1.2"),
    ("Classification", "Internal"),
    ("Effective date", "2026-02-15"),
    ("Next review", "2027-02-03"),
]


def word(path):
    document = docx.Document()
    document.core_properties.author = "Priya Raman"
    document.core_properties.created = document.core_properties.modified = FIXED
    document.add_paragraph("ACME Ltd", style="Normal")
    document.add_paragraph("Incident management plan", style="Title")
    rows = document.add_table(rows=0, cols=2)
    for name, value in CONTROL:
        cells = rows.add_row().cells
        cells[0].text, cells[1].text = name, value
    document.add_heading("Reporting", level=1)
    document.add_paragraph("Everybody who notices an event reports it:")
    document.add_paragraph("by mail to security@acme.example", style="List Bullet")
    document.add_paragraph("by phone to +49 30 5550100, day and night", style="List Bullet")
    reporter = document.add_paragraph()
    reporter.add_run("Feedback: ").bold = True
    reporter.add_run("the reporter learns the outcome within five working days.")
    document.add_heading("Triage", level=2)
    severities = document.add_table(rows=1, cols=3)
    for cell, name in zip(severities.rows[0].cells, ("Severity", "Meaning", "First response")):
        cell.text = name
    for row in (("1", "Service down or data lost", "30 minutes"), ("2", "Limited effect", "4 hours")):
        for cell, value in zip(severities.add_row().cells, row):
            cell.text = value
    document.add_heading("Lessons learned", level=1)
    last = document.add_paragraph("A review is held within ten working days")
    last.runs[0].add_break(WD_BREAK.LINE)
    last.add_run("of closing the incident.")
    document.save(path)


def pdf(path):
    styles = getSampleStyleSheet()
    body = ParagraphStyle("body", parent=styles["Normal"], fontSize=10, leading=13, spaceAfter=8)
    story = [Paragraph("Backup policy", styles["Title"])]
    story.append(Table(CONTROL, style=TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.grey)])))
    story.append(Spacer(1, 12))
    story.append(Paragraph("1. Purpose", styles["Heading2"]))
    purpose = "This policy says what is backed up, how often, where the copies are kept and who is responsible for them."
    story.append(Paragraph(purpose + " It holds for all systems that process the data of customers or employees.", body))
    story.append(Paragraph("2. Rules", styles["Heading2"]))
    story.append(Paragraph("2.1 Frequency", styles["Heading3"]))
    story.append(Paragraph("Databases are backed up every night, and logs of transactions every fifteen minutes.", body))
    items = ["Copies are encrypted with a key that is not kept beside them.", "One copy is kept at another site."]
    story.append(ListFlowable([ListItem(Paragraph(item, body)) for item in items], bulletType="bullet"))
    story.append(PageBreak())
    story.append(Paragraph("2.2 Restore tests", styles["Heading3"]))
    grid = [("System", "Restore time", "Tested"), ("Shop database", "4 hours", "quarterly"), ("Mail", "1 day", "yearly")]
    story.append(Table(grid, style=TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.grey)])))
    story.append(Spacer(1, 12))
    story.append(Paragraph("The operations team records the result of every test.", body))

    def frame(canvas, document):
        canvas.setFont("Helvetica", 8)
        canvas.drawString(60, A4[1] - 30, "ACME Ltd | Document number: POL-07")
        canvas.drawCentredString(A4[0] / 2, 24, f"Page {document.page} of 2")

    SimpleDocTemplate(str(path), pagesize=A4, invariant=1, title="Backup policy").build(
        story, onFirstPage=frame, onLaterPages=frame
    )


def open_document(path):
    document = OpenDocumentText()
    title = style.Style(name="Title", family="paragraph")
    document.styles.addElement(title)
    document.text.addElement(text.P(stylename=title, text="Supplier security policy"))
    grid = table.Table(name="control")
    for _ in range(2):
        grid.addElement(table.TableColumn())
    for name, value in CONTROL:
        row = table.TableRow()
        for cell in (name, value):
            holder = table.TableCell()
            holder.addElement(text.P(text=cell))
            row.addElement(holder)
        grid.addElement(row)
    document.text.addElement(grid)
    document.text.addElement(text.H(outlinelevel=1, text="Before a contract"))
    document.text.addElement(text.P(text="Suppliers with access to data of customers are assessed:"))
    items = text.List()
    for item in ("by their certificates", "by a questionnaire"):
        holder = text.ListItem()
        holder.addElement(text.P(text=item))
        items.addElement(holder)
    document.text.addElement(items)
    document.text.addElement(text.H(outlinelevel=2, text="Contracts"))
    paragraph = text.P(text="Contracts name the rules of our ")
    paragraph.addElement(text.A(href="https://acme.example/rules", text="rules for suppliers"))
    document.text.addElement(paragraph)
    document.save(path)


def workbook(path):
    book = openpyxl.Workbook()
    cover = book.active
    cover.title = "Cover"
    cover.append(["ACME Ltd, risk register"])
    cover.append(["Owner", "Priya Raman"])
    sheet = book.create_sheet("Risks")
    sheet.append(["Risks as of February 2026"])
    sheet.append([])
    sheet.append(["Treatment option", "Risk ID", "Description", "Risk owner", "Probability", "Impact", "Accepted by", "Acceptance date"])
    sheet.append(["mitigate", "R-1", "Phishing of employees", "Priya Raman", 4, 3, None, None])
    sheet.append(["accept", "R-2", "Flood of the office", "Edda Falk", 1, 4, "Edda Falk", FIXED])
    sheet.append(["retain", "R-3", "Loss of a notebook", "Priya Raman", 3, 2, None, None])
    book.properties.creator = "Priya Raman"
    book.properties.created = book.properties.modified = FIXED
    book.save(path)


def open_sheets(path):
    document = OpenDocumentSpreadsheet()
    sheet = table.Table(name="Suppliers")
    rows = [
        ["Suppliers of ACME Ltd"],
        ["Supplier name", "Owner", "Criticality", "Last assessment"],
        ["Northwind hosting", "Priya Raman", "high", datetime.date(2026, 1, 12)],
        ["Contoso cleaning", "Edda Falk", "low", datetime.date(2025, 11, 3)],
    ]
    for cells in rows:
        row = table.TableRow()
        for cell in cells:
            if isinstance(cell, datetime.date):
                holder = table.TableCell(valuetype="date", datevalue=cell.isoformat())
                cell = cell.strftime("%d.%m.%y")
            else:
                holder = table.TableCell(valuetype="string")
            holder.addElement(text.P(text=cell))
            row.addElement(holder)
        row.addElement(table.TableCell(numbercolumnsrepeated=16000))
        sheet.addElement(row)
    sheet.addElement(table.TableRow(numberrowsrepeated=1048000))
    document.spreadsheet.addElement(sheet)
    document.save(path)


word(HERE / "incident-plan.docx")
pdf(HERE / "backup-policy.pdf")
open_document(HERE / "supplier-policy.odt")
workbook(HERE / "risk-register.xlsx")
open_sheets(HERE / "suppliers.ods")
