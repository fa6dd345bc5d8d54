"""Every code once: what it means and what to do. `streamplan explain CODE` and the documentation come from this list.

Families: S the spec, O observed schemas, R names and types, D refused changes, H hazards, C the check of the SQL,
P the plan on disk, X running, B the sandbox.
"""

from __future__ import annotations

CODES: dict[str, str] = {
    "S101": "The spec cannot be read. Name a readable UTF-8 file.",
    "S102": "The spec is not YAML. Mend it at the place named.",
    "S103": "A key stands twice. Keep one.",
    "S201": "The spec has a key that it does not know. The nearest known key is named.",
    "S202": "The spec lacks a key that it needs.",
    "S203": "What stands as a column type is none of Redshift's types that a plan uses.",
    "S204": "A value is not one that the setting takes.",
    "O301": "A topic has no observed schema. Run streamplan observe on events of it, and commit the file.",
    "O302": "A file in observed/ is not an observed schema. Restore it, or observe again.",
    "R401": "The spec names a table that no observed topic feeds. Name its topic, or remove it.",
    "R402": "A table's name cannot stand in Redshift. Give it another with tables: {NAME: {topic: TOPIC}}.",
    "R403": "The spec names a field that the topic does not have.",
    "R404": "The topic's records have no key, so that no row can be found again. Say which fields identify a row.",
    "R405": "A key field is not among the topic's fields.",
    "R406": "A field's name cannot stand in Redshift as a column. Give the column a name.",
    "R407": "A field has a type that the type table does not know.",
    "R408": "No column type holds every value of the field. Choose one; values that do not fit go to quarantine.",
    "R409": "The type chosen in the spec cannot hold the field.",
    "R410": "Two fields would be one column, since Redshift folds names to lower case and cuts them at 127 bytes.",
    "R411": "Two topics would be one table. Give one of them another name.",
    "R412": "A user and a role have the same name, which Redshift refuses.",
    "R413": "A role has the name of a reserved word, which Redshift refuses.",
    "D501": "A table of the plan would be dropped. A plan never drops a table.",
    "D502": "A column would be dropped. A plan never drops a column: it stays, and is NULL from then on.",
    "D503": "A column's type would change in a way that Redshift cannot do in place. Only VARCHAR can be made longer.",
    "D504": "A table's key would change. Rows already loaded are found by the old key.",
    "H601": "Widening a VARCHAR cannot run in a transaction, and locks readers and writers of the table while it runs.",
    "C701": "A compiled statement is not Redshift SQL. This is a fault of streamplan: report it.",
    "C702": "A compiled statement breaks a rule of Redshift. This is a fault of streamplan: report it.",
    "C703": "Running the plan's DDL would not give the desired model. This is a fault of streamplan: report it.",
    "C704": "A compiled statement names what the model does not have. This is a fault of streamplan: report it.",
}
