#include "letter_wording.h"

#include <glib.h>
#include <string.h>

#include "dunlin/dispute/v1/dispute.pb-c.h"
#include "dunlin/payment/v1/instrument.pb-c.h"
#include "status/scope.h"

#define OUTCOME(name) DUNLIN__DISPUTE__V1__DISPUTE_OUTCOME__DISPUTE_OUTCOME_##name
#define CAUSE(name)   DUNLIN__DISPUTE__V1__ROOT_CAUSE__ROOT_CAUSE_##name
#define ACCOUNT(name) DUNLIN__PAYMENT__V1__INSTRUMENT_KIND__INSTRUMENT_KIND_##name

static const struct language {
    const char *language;
    struct letter_wording wording;
} LANGUAGES[] = {
    {"en",
     {.whole_debt = "the whole debt",
      .part_of_debt = "%s of the debt",
      .held_part = "You dispute %s of this debt. We do not ask you for that part until we have answered your dispute.",
      .no_reason = "none was given",
      .records_of = "the account records of %s",
      .unknown = "not said",
      .outcome = {[OUTCOME(UPHELD)] = "decided in the debtor's favor",
                  [OUTCOME(REJECTED)] = "the debt stands",
                  [OUTCOME(WITHDRAWN)] = "withdrawn by the debtor",
                  [OUTCOME(RECALLED)] = "ended by the recall of the account",
                  [OUTCOME(REPEATED)] = "disputed again",
                  [OUTCOME(PARTLY)] = "decided in part in the debtor's favor",
                  [OUTCOME(CONCEDED)] = "conceded by the creditor"},
      .cause = {[CAUSE(AMOUNT)] = "the amount was wrong",
                [CAUSE(NOT_MINE)] = "another person's debt",
                [CAUSE(PAID)] = "paid before",
                [CAUSE(IDENTITY)] = "identity theft or fraud",
                [CAUSE(SERVICE)] = "goods or service not as agreed",
                [CAUSE(DOCUMENTS)] = "no documents that prove it"},
      .account = {"your bank account", [ACCOUNT(CHECKING)] = "your checking account",
                  [ACCOUNT(SAVINGS)] = "your savings account"},
      .ending = {"your bank account ending in %s", [ACCOUNT(CHECKING)] = "your checking account ending in %s",
                 [ACCOUNT(SAVINGS)] = "your savings account ending in %s"}}},
    {"es",
     {.whole_debt = "la totalidad de la deuda",
      .part_of_debt = "%s de la deuda",
      .held_part =
          "Usted disputa %s de esta deuda. No le pedimos esa parte mientras no hayamos respondido a su disputa.",
      .no_reason = "no se indicó ninguno",
      .records_of = "los registros de la cuenta de %s",
      .unknown = "no se indicó",
      .outcome = {[OUTCOME(UPHELD)] = "resuelta a favor del deudor",
                  [OUTCOME(REJECTED)] = "la deuda se mantiene",
                  [OUTCOME(WITHDRAWN)] = "retirada por el deudor",
                  [OUTCOME(RECALLED)] = "terminada porque el acreedor retiró la cuenta",
                  [OUTCOME(REPEATED)] = "disputada de nuevo",
                  [OUTCOME(PARTLY)] = "resuelta en parte a favor del deudor",
                  [OUTCOME(CONCEDED)] = "concedida por el acreedor"},
      .cause = {[CAUSE(AMOUNT)] = "el monto era incorrecto",
                [CAUSE(NOT_MINE)] = "deuda de otra persona",
                [CAUSE(PAID)] = "pagada antes",
                [CAUSE(IDENTITY)] = "robo de identidad o fraude",
                [CAUSE(SERVICE)] = "bienes o servicio distintos de lo acordado",
                [CAUSE(DOCUMENTS)] = "no hay documentos que la prueben"},
      .account = {"su cuenta bancaria", [ACCOUNT(CHECKING)] = "su cuenta corriente",
                  [ACCOUNT(SAVINGS)] = "su cuenta de ahorros"},
      .ending = {"su cuenta bancaria que termina en %s", [ACCOUNT(CHECKING)] = "su cuenta corriente que termina en %s",
                 [ACCOUNT(SAVINGS)] = "su cuenta de ahorros que termina en %s"}}},
    {"de",
     {.whole_debt = "die ganze Forderung",
      .part_of_debt = "%s der Forderung",
      .held_part = "Sie bestreiten %s dieser Forderung. Diesen Teil fordern wir nicht, solange wir Ihnen darauf nicht "
                   "geantwortet haben.",
      .no_reason = "keine Angabe",
      .records_of = "die Kontounterlagen von %s",
      .unknown = "nicht angegeben",
      .outcome = {[OUTCOME(UPHELD)] = "zugunsten des Schuldners entschieden",
                  [OUTCOME(REJECTED)] = "die Forderung bleibt bestehen",
                  [OUTCOME(WITHDRAWN)] = "vom Schuldner zurückgenommen",
                  [OUTCOME(RECALLED)] = "durch Rückruf der Forderung beendet",
                  [OUTCOME(REPEATED)] = "erneut bestritten",
                  [OUTCOME(PARTLY)] = "teilweise zugunsten des Schuldners entschieden",
                  [OUTCOME(CONCEDED)] = "vom Gläubiger anerkannt"},
      .cause = {[CAUSE(AMOUNT)] = "falscher Betrag",
                [CAUSE(NOT_MINE)] = "Forderung gegen eine andere Person",
                [CAUSE(PAID)] = "bereits bezahlt",
                [CAUSE(IDENTITY)] = "Identitätsdiebstahl oder Betrug",
                [CAUSE(SERVICE)] = "Ware oder Leistung nicht wie vereinbart",
                [CAUSE(DOCUMENTS)] = "keine Unterlagen, die sie belegen"},
      .account = {"Ihr Bankkonto", [ACCOUNT(CHECKING)] = "Ihr Girokonto", [ACCOUNT(SAVINGS)] = "Ihr Sparkonto"},
      .ending = {"Ihr Bankkonto mit den Endziffern %s", [ACCOUNT(CHECKING)] = "Ihr Girokonto mit den Endziffern %s",
                 [ACCOUNT(SAVINGS)] = "Ihr Sparkonto mit den Endziffern %s"}}},
};

const struct letter_wording *letter_wording(const char *language)
{
    for (size_t i = 0; i < ARRAY_SIZE(LANGUAGES); i++) {
        const size_t len = strlen(LANGUAGES[i].language);
        if (g_ascii_strncasecmp(language, LANGUAGES[i].language, len) == 0 &&
            (language[len] == '\0' || language[len] == '-'))
            return &LANGUAGES[i].wording;
    }
    return &LANGUAGES[0].wording;
}
