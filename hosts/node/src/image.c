/* prepareImage: hosts/image on a thread of its own. lib/image.js sees to it that few run at once. */
#include "addon.h"
#include "values.h"

#include <image/c_interface.h>
#include <stdlib.h>
#include <string.h>

struct preparation {
    struct job job;
    struct addon* addon;
    napi_deferred deferred;
    struct text name, path, media_types;
    void* bytes;
    struct image_order order;
    struct image_result result;
};

static void free_preparation(struct preparation* preparation) {
    wipe_text(&preparation->name);
    wipe_text(&preparation->path);
    wipe_text(&preparation->media_types);
    free(preparation->bytes);
    image_result_free(&preparation->result);
    addon_release(preparation->addon);
    free(preparation);
}

static void prepare(struct job* job) {
    struct preparation* preparation = job->data;
    image_prepare(&preparation->order, preparation->addon->images, &preparation->result);
}

static bool make_error(napi_env env, const struct image_result* result, napi_value* error) {
    napi_value code, message;
    return make_text(env, result->problem != NULL ? result->code : "failed", &code)
           && make_text(env, result->problem != NULL ? result->problem : "out of memory", &message)
           && napi_create_error(env, code, message, error) == napi_ok;
}

static void settle(napi_env env, struct preparation* preparation) {
    const struct image_result* result = &preparation->result;
    napi_value value;
    if (result->bytes != NULL
        && napi_create_buffer_copy(env, result->size, result->bytes, NULL, &value) == napi_ok)
        (void)napi_resolve_deferred(env, preparation->deferred, value);
    else if (make_error(env, result, &value))
        (void)napi_reject_deferred(env, preparation->deferred, value);
}

static void prepared(struct job* job) {
    struct preparation* preparation = job->data;
    struct addon* addon = preparation->addon;
    if (!addon->shut_down)
        settle(addon->env, preparation);
    addon_let_go(addon);
    free_preparation(preparation);
}

/* JavaScript may change, or transfer, what it has given. */
static bool copy_bytes(napi_env env, napi_value source, struct preparation* preparation) {
    void* bytes;
    if (napi_get_buffer_info(env, source, &bytes, &preparation->order.size) != napi_ok)
        return false;
    preparation->bytes = malloc(preparation->order.size + 1);
    if (preparation->bytes == NULL)
        return false;
    if (preparation->order.size > 0)
        memcpy(preparation->bytes, bytes, preparation->order.size);
    preparation->order.bytes = preparation->bytes;
    return true;
}

static bool read_source(napi_env env, napi_value source, struct preparation* preparation) {
    bool is_buffer;
    if (napi_is_buffer(env, source, &is_buffer) != napi_ok)
        return false;
    if (is_buffer)
        return copy_bytes(env, source, preparation);
    if (!get_text(env, source, &preparation->path))
        return false;
    preparation->order.path = preparation->path.characters;
    return preparation->path.characters != NULL;
}

static bool read_name(napi_env env, napi_value name, struct preparation* preparation) {
    if (!get_text(env, name, &preparation->name))
        return false;
    preparation->order.name = preparation->name.characters;
    return true;
}

static bool read_limits(napi_env env, const napi_value* values, struct preparation* preparation) {
    double max_bytes, max_side;
    if (!get_text(env, values[0], &preparation->media_types)
        || napi_get_value_double(env, values[1], &max_bytes) != napi_ok
        || napi_get_value_double(env, values[2], &max_side) != napi_ok)
        return false;
    preparation->order.media_types = preparation->media_types.characters;
    preparation->order.max_bytes = (uint64_t)max_bytes;
    preparation->order.max_side = (uint32_t)max_side;
    return preparation->media_types.characters != NULL;
}

/* prepareImage(pathOrBuffer, name or null, mediaTypes, maxBytes, maxSide): a promise of a Buffer. The numbers
 * are whole. */
napi_value image_prepare_one(napi_env env, napi_callback_info info) {
    struct addon* addon;
    size_t count = 5;
    napi_value values[5], promise;
    if (napi_get_cb_info(env, info, &count, values, NULL, (void**)&addon) != napi_ok || count != 5
        || addon->shut_down)
        return throw_failure(env);
    struct preparation* preparation = calloc(1, sizeof *preparation);
    if (preparation == NULL)
        return throw_failure(env);
    preparation->addon = addon;
    ++addon->references;
    if (!read_source(env, values[0], preparation) || !read_name(env, values[1], preparation)
        || !read_limits(env, values + 2, preparation)
        || napi_create_promise(env, &preparation->deferred, &promise) != napi_ok) {
        free_preparation(preparation);
        return throw_failure(env);
    }
    preparation->job = (struct job){.work = prepare, .done = prepared, .data = preparation};
    addon_hold(addon);
    background_start(addon, &preparation->job);
    return promise;
}
