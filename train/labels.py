"""The names and numbers that the training, the export and the Rust side must agree on."""

# The order is part of the model file. The first is what a piece is when it is nothing.
KINDS = ["person", "figure", "address", "postcode", "city", "email", "phone", "bsn", "nrn", "iban", "card", "birth_date",
         "licence_plate", "id_document", "patient_number", "customer_number", "ip_address", "username", "profile_url",
         "organisation", "credential", "health", "ethnicity", "religion", "politics", "union", "sexuality", "genetic",
         "biometric", "criminal"]
CATEGORIES = KINDS[-9:]
LABELS = ["O"] + [f"{m}-{k}" for k in KINDS for m in "BI"]
COUNT = len(LABELS)
BEGIN = {k: 1 + 2 * i for i, k in enumerate(KINDS)}

MAX_WINDOW = 192
OVERLAP = 32
FLAGS = 32
# None, or one of 30 kinds in one of three degrees of certainty.
RULES = 91
# Seven forms of a token at three places: inside, start of a sentence, start of a line.
SHAPES = 21

BOS, UNK, END = 0, 1, 2

# Sets of labels that a training text can leave open. A piece's target is a label or one of these.
SETS = {}


def _sets():
    def group(*kinds, part="BI"):
        return {BEGIN[k] + (m == "I") for k in kinds for m in part}

    everything = set(range(COUNT))
    SETS["masked"] = everything
    SETS["no name"] = everything - group("person", "city", "organisation", "figure", "address", "username")
    SETS["no person"] = everything - group("person", "figure", "username")
    SETS["person begins"] = group("person", part="B")
    SETS["person goes on"] = group("person", part="I")
    # Texts written before public figures had a mark of their own say nothing of them.
    SETS["nothing or figure"] = {0} | group("figure")


_sets()
SET_NUMBER = {name: COUNT + i for i, name in enumerate(SETS)}
