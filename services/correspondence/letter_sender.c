#include <glib.h>
#include <string.h>

#include "calendar/calendar.h"
#include "clock/clock.h"
#include "letter_batch.h"
#include "logging/logging.h"
#include "sender.h"

/* Letters into the spool. Exactly once: a letter is there under its final name or it is not, and who wants to know asks
 * the folder. */

#define ADOPT_IVL_MS 60000

struct letter_sender {
    struct sender base;
    char *spool, *mail_class, *instance_id;
    int64_t close_after_ms;
    size_t batch_max;
    struct letter_batch *batch; /* NULL: none is open */
    struct monotonic close_at;
    struct monotonic adopt_at;
    int32_t batch_days; /* of the open batch */
    unsigned n_batches;
};

static enum status letter_open(const struct config *config, const char *instance_id, struct sender **ret_sender,
                               struct error *err)
{
    const char *spool = config_text(config, "letter-spool");
    if (g_mkdir_with_parents(spool, 0750) != 0)
        return error_set(err, STATUS_UNAVAILABLE, "letter-spool: make folder '%s'", spool);
    struct letter_sender *sender = g_new0(struct letter_sender, 1);
    sender->base.kind = &LETTER_SENDER;
    sender->spool = g_strdup(spool);
    sender->mail_class = g_strdup(config_text(config, "letter-class"));
    const char *dash = strrchr(instance_id, '-');
    sender->instance_id = g_strdup(dash ? dash + 1 : instance_id);
    sender->close_after_ms = config_integer(config, "letter-batch-seconds") * 1000;
    sender->batch_max = (size_t)config_integer(config, "letter-batch-max");
    *ret_sender = &sender->base;
    return STATUS_OK;
}

static void close_batch(struct letter_sender *sender)
{
    struct error err = {0};
    if (!sender->batch)
        return;
    const size_t n = letter_batch_count(sender->batch);
    if (letter_batch_close(&sender->batch, &err) != STATUS_OK)
        log_error("a batch of letters could not be closed; it is tried again", log_error_text(&err));
    else
        log_info("batch of letters closed", log_number("letters", (int64_t)n));
}

static void letter_close(struct sender *base)
{
    struct letter_sender *sender = (struct letter_sender *)base;
    close_batch(sender);
    g_free(sender->spool);
    g_free(sender->mail_class);
    g_free(sender->instance_id);
    g_free(sender);
}

static int32_t today(void)
{
    return (int32_t)(clock_now().us / US_PER_DAY);
}

static enum status open_batch(struct letter_sender *sender, struct error *err)
{
    char day[DATE_TEXT_SIZE];
    const int64_t second = clock_now().us / US_PER_S % 86400;
    sender->batch_days = today();
    g_autofree char *name = g_strdup_printf(
        "%s/%02d%02d%02d-%s-%u", date_format((struct date){sender->batch_days}, day), (int)(second / 3600),
        (int)(second / 60 % 60), (int)(second % 60), sender->instance_id, ++sender->n_batches);
    sender->close_at = clock_deadline_ms(sender->close_after_ms);
    return letter_batch_open(sender->spool, name, sender->mail_class, &sender->batch, err);
}

static bool is_batch_over(const struct letter_sender *sender)
{
    return sender->batch && (letter_batch_count(sender->batch) >= sender->batch_max || sender->batch_days != today() ||
                             clock_remaining_ms(sender->close_at) == 0);
}

static enum status letter_prepare(struct sender *base, struct outgoing *outgoing, struct error *err)
{
    struct letter_sender *sender = (struct letter_sender *)base;
    char file[LETTER_FILE_NAME_SIZE];
    if (is_batch_over(sender))
        close_batch(sender);
    const enum status st = sender->batch ? STATUS_OK : open_batch(sender, err);
    if (st != STATUS_OK)
        return st;
    letter_batch_next_name(sender->batch, &outgoing->permit_id, file);
    g_strlcpy(outgoing->document, file, sizeof(outgoing->document));
    g_strlcpy(outgoing->batch, letter_batch_name(sender->batch), sizeof(outgoing->batch));
    composition_hash(outgoing->composition->pdf.bytes, outgoing->composition->pdf.len, outgoing->hash);
    return STATUS_OK;
}

static enum send_result letter_send(struct sender *base, struct outgoing *outgoing, struct error *why)
{
    struct letter_sender *sender = (struct letter_sender *)base;
    const struct composition *composition = outgoing->composition;
    const struct batched_letter letter = {.permit_id = outgoing->permit_id,
                                          .bytes = composition->pdf.bytes,
                                          .len = composition->pdf.len,
                                          .pages = composition->pdf.n_pages,
                                          .postcode = composition->postcode,
                                          .country = composition->country};
    if (letter_batch_add(sender->batch, &letter, why) == STATUS_OK)
        return SEND_ACCEPTED;
    /* The next letter gets a batch of its own, on whatever the disk says then. */
    letter_batch_abandon(&sender->batch);
    return SEND_LATER;
}

static enum send_result look(const struct letter_sender *sender, const Dunlin__Correspondence__V1__Message *message,
                             struct error *why)
{
    if (letter_batch_has(sender->spool, message->batch, message->document))
        return SEND_ACCEPTED;
    (void)error_set(why, STATUS_ABORTED, "the process ended before the letter was written");
    return SEND_FAILED;
}

static enum send_result letter_find_out(struct sender *base, const Dunlin__Correspondence__V1__Message *message,
                                        struct error *why)
{
    struct letter_sender *sender = (struct letter_sender *)base;
    struct letter_batch *batch = NULL;
    enum status st = letter_batch_adopt(sender->spool, message->batch, sender->mail_class, &batch, why);
    if (st == STATUS_OK)
        st = letter_batch_close(&batch, why);
    /* Nobody writes into it any more: what is there is there, what is not never will be. */
    if (st == STATUS_OK || st == STATUS_FAILED_PRECONDITION)
        return look(sender, message, why);
    return SEND_LATER;
}

static void adopt_in(const struct letter_sender *sender, const char *day)
{
    g_autofree char *folder = g_build_filename(sender->spool, day, NULL);
    g_autoptr(GDir) batches = g_dir_open(folder, 0, NULL);
    const char *name;
    while (batches && (name = g_dir_read_name(batches))) {
        g_autofree char *batch_name = g_build_filename(day, name, NULL);
        struct letter_batch *batch = NULL;
        struct error err = {0};
        if (sender->batch && strcmp(batch_name, letter_batch_name(sender->batch)) == 0)
            continue;
        /* Closed, or held by a process that lives. */
        if (letter_batch_adopt(sender->spool, batch_name, sender->mail_class, &batch, &err) != STATUS_OK)
            continue;
        if (letter_batch_close(&batch, &err) != STATUS_OK)
            log_warn("a batch that was left open could not be closed", log_error_text(&err));
        else
            log_info("closed a batch of letters that its process left open");
    }
}

/* Closes what is due, and the batches of processes that are gone. */
static void letter_tend(struct sender *base)
{
    struct letter_sender *sender = (struct letter_sender *)base;
    if (is_batch_over(sender))
        close_batch(sender);
    if (clock_remaining_ms(sender->adopt_at) > 0)
        return;
    sender->adopt_at = clock_deadline_ms(ADOPT_IVL_MS);
    g_autoptr(GDir) days = g_dir_open(sender->spool, 0, NULL);
    const char *day;
    while (days && (day = g_dir_read_name(days)))
        adopt_in(sender, day);
}

const struct sender_kind LETTER_SENDER = {.channel = DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_LETTER,
                                          .name = "letter",
                                          .open = letter_open,
                                          .close = letter_close,
                                          .prepare = letter_prepare,
                                          .send = letter_send,
                                          .find_out = letter_find_out,
                                          .tend = letter_tend};
