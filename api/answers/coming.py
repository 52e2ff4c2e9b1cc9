"""Topics that are recognised but not yet explained: they are told so, and go to a person."""

INFO = frozenset(
    {
        *("inburgeringsplicht", "vrijstelling_ontheffing", "inburgeringstermijn", "verlenging"),
        *("brede_intake", "leerbaarheidstoets", "pip", "pip_wijzigen", "kernwaarden", "knm"),
        *("eindgesprek_z", "afschalen_a2", "alfabetisering", "examens", "kosten_lening"),
        *("taalschool", "instroomklas", "maatschappelijke_begeleiding", "vrijwillige_coach"),
        *("spreekuur", "jonge_gezinnen", "vve", "ontzorgen", "omgaan_met_geld", "bijstand"),
        *("toeslagen", "werk", "duaal_traject", "werkervaringsplek", "leerwerkloket"),
        *("hoogopgeleiden", "informele_taal", "tolk", "sleutelpersonen", "gezondheid", "boete"),
        *("bezwaar_klacht", "duo", "huisvesting", "verhuizen", "azc_voorbereiding"),
        *("aanbod_gezinsmigrant", "aanbod_turkse_nieuwkomer", "workshops", "regisseur"),
    }
)
"""Explained to nobody yet; no answer is better than one that nobody checked."""

CASE = frozenset(
    {
        *("afspraak_maken", "afspraak_verzetten", "afspraak_afzeggen"),
        *("mijn_voortgang", "mijn_regisseur"),
    }
)
"""Of the person's own; the case store cannot do or tell it yet."""
