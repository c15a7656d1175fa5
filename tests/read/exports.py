"""Made-up exports as case systems write them, for the tests of inspect and map."""

from __future__ import annotations

from pathlib import Path

GERMAN_HEAD = (
    "Fallnummer;Aktivität;Datum/Uhrzeit;Bearbeiter/in;Rolle;Jobcenter;Termin-ID;Veranlasst durch;Terminstatus;"
    "Gesprächsort;Kanal;RFB;Bemerkung"
)
LABELS = ("Erstgespräch", "Folgegespräch", "Einladung versandt", "Hausbesuch", "Bescheid", "Sonderrunde")


def german(path: Path, encoding: str = "cp1252", cases: int = 60) -> Path:
    """Semicolons, Windows letters, TT.MM.JJJJ, German names and words; a note that names a person in every row."""
    lines = [GERMAN_HEAD]
    for case in range(cases):
        for step in range(6):
            lines.append(
                ";".join(
                    (
                        f"{35501 + case}BG{case:04d}",
                        LABELS[step],
                        f"{(case * 7 + step) % 28 + 1:02d}.{step + 1:02d}.2026 {8 + step:02d}:15",
                        f"müller{case % 9}" if case % 11 else "k. A.",
                        ("IFK", "Leistungssachbearbeitung", "Fallmanagement")[case % 3],
                        "JC Nord",
                        f"T{case}-{step // 2}",
                        ("Kund:in", "Amt", "Träger", "unbekannt")[(case + step) % 4],
                        ("erschienen", "nicht erschienen", "Absage Kunde", "")[(case * 3 + step) % 4],
                        ("Dienststelle", "Häuslichkeit", "Sozialraum")[(case + step) % 3],
                        ("persönlich", "telefonisch", "Rauchzeichen")[(case + 2 * step) % 3],
                        ("nein", "ja")[step % 2],
                        f"Frau Schäfer rief wegen Straße {case}-{step} an",
                    )
                )
            )
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode(encoding))
    return path


def dated(path: Path, dates: list[str], head: str = "Case ID,Activity,Date,User") -> Path:
    """A small export whose dates are given, two rows a case."""
    rows = [f"{number // 2},{('Start', 'End')[number % 2]},{date},u{number % 3}" for number, date in enumerate(dates)]
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path
