#include "letter/validation_notice.h"

#include <glib.h>

/* After model form B-1. The Spanish is a translation of ours, to be signed off like everything else. */
static const struct notice_wording WORDINGS[] = {
    {
        .language = "en",
        .mini_miranda = "{collector} is a debt collector. We are trying to collect a debt that you owe to {creditor}. "
                        "We will use any information you give us to help collect the debt.",
        .dispute_statement =
            "Call or write to us by {end_date}, to dispute all or part of the debt. If you write to us "
            "by {end_date}, we must stop collection on any amount you dispute until we send you "
            "information that shows you owe the debt. You may use the form of this notice or write to us without it.",
        .assumed_valid =
            "If you do not dispute the debt by {end_date}, we will assume that our information is correct.",
        .original_creditor_statement =
            "Write to ask for the name and address of the original creditor, if different from the current creditor. "
            "If you write by {end_date}, we must stop collection until we send you that information. You may use the "
            "form of this notice or write to us without it.",
        .cfpb_website = "Learn more about your rights under federal law. For instance, you have the right to stop or "
                        "limit how we contact you. Go to www.cfpb.gov/debt-collection.",
        .electronic_dispute =
            "You may also dispute the debt, or ask for the name and address of the original creditor, "
            "by replying to the e-mail that brought this notice.",
        .dispute_prompts = {"I want to dispute the debt because I think:", "This is not my debt.",
                            "The amount is wrong.",
                            "Other (please describe on reverse or attach additional information)."},
        .original_creditor_prompt = "I want you to send me the name and address of the original creditor.",
    },
    {
        .language = "es",
        .mini_miranda =
            "{collector} es un cobrador de deudas. Estamos tratando de cobrar una deuda que usted tiene con "
            "{creditor}. Usaremos cualquier información que nos dé para ayudar a cobrar la deuda.",
        .dispute_statement =
            "Llámenos o escríbanos a más tardar el {end_date} para disputar toda la deuda o una parte de ella. Si nos "
            "escribe a más tardar el {end_date}, debemos suspender el cobro de la cantidad que usted dispute hasta que "
            "le enviemos información que demuestre que usted tiene la deuda. Puede usar el formulario de este aviso o "
            "escribirnos sin él.",
        .assumed_valid = "Si no disputa la deuda a más tardar el {end_date}, supondremos que nuestra información es "
                         "correcta.",
        .original_creditor_statement =
            "Escríbanos para pedir el nombre y la dirección del acreedor original, si es distinto del acreedor actual. "
            "Si escribe a más tardar el {end_date}, debemos suspender el cobro hasta que le enviemos esa información. "
            "Puede usar el formulario de este aviso o escribirnos sin él.",
        .cfpb_website = "Conozca sus derechos según la ley federal. Por ejemplo, usted tiene derecho a detener o "
                        "limitar la forma en que nos comunicamos con usted. Visite www.cfpb.gov/debt-collection.",
        .electronic_dispute =
            "También puede disputar la deuda, o pedir el nombre y la dirección del acreedor original, "
            "respondiendo al correo electrónico que trajo este aviso.",
        .dispute_prompts = {"Quiero disputar la deuda porque creo que:", "Esta deuda no es mía.",
                            "La cantidad es incorrecta.",
                            "Otro (descríbalo al reverso o adjunte información adicional)."},
        .original_creditor_prompt = "Quiero que me envíen el nombre y la dirección del acreedor original.",
    },
};

const struct notice_wording *notice_wording(const char *language)
{
    for (size_t i = 0; language && i < G_N_ELEMENTS(WORDINGS); i++)
        if (g_ascii_strncasecmp(language, WORDINGS[i].language, 2) == 0)
            return &WORDINGS[i];
    return &WORDINGS[0];
}
