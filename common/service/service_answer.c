#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "service/service_internal.h"

void service_answer_clear(struct service_answer *answer)
{
    g_free(answer->message);
    g_free(answer->body);
    memset(answer, 0, sizeof(*answer));
}

void service_reply(struct service_call *call, const ProtobufCMessage *reply)
{
    struct service_answer *answer = call->answer;
    service_answer_clear(answer);
    answer->is_given = true;
    answer->code = STATUS_OK;
    answer->body_len = protobuf_c_message_get_packed_size(reply);
    answer->body = g_malloc(answer->body_len + 1);
    protobuf_c_message_pack(reply, answer->body);
}

static void fail(struct service_call *call, enum status code, const char *text)
{
    struct service_answer *answer = call->answer;
    service_answer_clear(answer);
    answer->is_given = true;
    answer->code = code;
    answer->message = g_strdup(text);
}

void service_fail(struct service_call *call, enum status code, const char *format, ...)
{
    char text[ERROR_TEXT_MAX];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    fail(call, code, text);
}

void service_fail_error(struct service_call *call, const struct error *err)
{
    fail(call, err->code, err->text);
}

bool service_is_answered(const struct service_call *call)
{
    return call->answer->is_given;
}

void outgoing_reply_free(struct outgoing_reply *reply)
{
    if (!reply)
        return;
    zframe_destroy(&reply->peer);
    g_free(reply->message);
    g_free(reply->owner);
    g_free(reply->body);
    g_free(reply);
}

void outgoing_events_free(struct outgoing_events *events)
{
    if (!events)
        return;
    free(events->bytes);
    g_free(events);
}

void published_frame_free(struct published_frame *frame)
{
    if (!frame)
        return;
    zframe_destroy(&frame->frame);
    g_free(frame);
}
