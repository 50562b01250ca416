#include "unetc_event_encode.h"

#include <stdlib.h>

#include "unetc_event.pb-c.h"

const char *unetc_protobuf_version(void) { return protobuf_c_version(); }

/* TensorBoard's number for strings. */
enum { STRING_TYPE = 7 };

/* A value and the messages inside it. */
typedef struct Value {
    Unetc__Summary__Value value;
    Unetc__Summary__Image image;
    Unetc__Tensor tensor;
    ProtobufCBinaryData text;
    Unetc__SummaryMetadata metadata;
    Unetc__SummaryMetadata__PluginData plugin;
} Value;

static void fill(Value *v, const unetc_event_value *from) {
    ProtobufCBinaryData bytes = {from->byte_count, (uint8_t *)from->bytes};
    unetc__summary__value__init(&v->value);
    v->value.tag = (char *)from->tag;
    switch (from->kind) {
    case UNETC_EVENT_PICTURE:
        unetc__summary__image__init(&v->image);
        v->image.width = from->width;
        v->image.height = from->height;
        v->image.colorspace = from->channels;
        v->image.encoded_image_string = bytes;
        v->value.value_case = UNETC__SUMMARY__VALUE__VALUE_IMAGE;
        v->value.image = &v->image;
        break;
    case UNETC_EVENT_TEXT:
        v->text = bytes;
        unetc__tensor__init(&v->tensor);
        v->tensor.dtype = STRING_TYPE;
        v->tensor.n_string_val = 1;
        v->tensor.string_val = &v->text;
        unetc__summary_metadata__plugin_data__init(&v->plugin);
        v->plugin.plugin_name = "text";
        unetc__summary_metadata__init(&v->metadata);
        v->metadata.plugin_data = &v->plugin;
        v->value.metadata = &v->metadata;
        v->value.value_case = UNETC__SUMMARY__VALUE__VALUE_TENSOR;
        v->value.tensor = &v->tensor;
        break;
    default:
        v->value.value_case = UNETC__SUMMARY__VALUE__VALUE_SIMPLE_VALUE;
        v->value.simple_value = from->number;
    }
}

/* Builds the message and measures it, or packs it where `out` is given. */
static size_t build(const unetc_event *from, uint8_t *out) {
    Unetc__Event event = UNETC__EVENT__INIT;
    Unetc__SessionLog start = UNETC__SESSION_LOG__INIT;
    Unetc__Summary summary = UNETC__SUMMARY__INIT;
    Value *values = calloc(from->value_count + 1, sizeof *values);
    Unetc__Summary__Value **list = calloc(from->value_count + 1, sizeof *list);
    size_t size = 0;
    if (values && list) {
        event.wall_time = from->wall_time;
        event.step = from->step;
        if (from->file_version) {
            event.what_case = UNETC__EVENT__WHAT_FILE_VERSION;
            event.file_version = (char *)from->file_version;
        } else if (from->is_session_start) {
            start.status = UNETC__SESSION_LOG__STATUS__START;
            event.what_case = UNETC__EVENT__WHAT_SESSION_LOG;
            event.session_log = &start;
        } else {
            for (size_t i = 0; i < from->value_count; i++) {
                fill(&values[i], &from->values[i]);
                list[i] = &values[i].value;
            }
            summary.n_value = from->value_count;
            summary.value = list;
            event.what_case = UNETC__EVENT__WHAT_SUMMARY;
            event.summary = &summary;
        }
        size = out ? unetc__event__pack(&event, out) : unetc__event__get_packed_size(&event);
    }
    free(values);
    free(list);
    return size;
}

size_t unetc_event_size(const unetc_event *event) { return build(event, NULL); }

size_t unetc_event_encode(const unetc_event *event, uint8_t *out) { return build(event, out); }
