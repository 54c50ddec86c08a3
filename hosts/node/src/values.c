#define _DEFAULT_SOURCE /* explicit_bzero */
#include "values.h"

#include <stdlib.h>
#include <string.h>

napi_value throw_failure(napi_env env) {
    const napi_extended_error_info* info = NULL;
    bool pending = true;
    const char* why = NULL;
    if (napi_get_last_error_info(env, &info) == napi_ok && info != NULL)
        why = info->error_message;
    if (napi_is_exception_pending(env, &pending) == napi_ok && !pending)
        (void)napi_throw_error(env, "internal_error", why != NULL ? why : "out of memory");
    return NULL;
}

bool get_text(napi_env env, napi_value value, struct text* text) {
    napi_valuetype type;
    *text = (struct text){NULL, 0};
    if (napi_typeof(env, value, &type) != napi_ok)
        return false;
    if (type == napi_undefined || type == napi_null)
        return true;
    if (napi_get_value_string_utf8(env, value, NULL, 0, &text->length) != napi_ok)
        return false;
    text->characters = malloc(text->length + 1);
    if (text->characters == NULL)
        return false;
    if (napi_get_value_string_utf8(env, value, text->characters, text->length + 1, &text->length)
        != napi_ok) {
        wipe_text(text);
        return false;
    }
    return true;
}

bool get_text_member(napi_env env, napi_value object, const char* name, struct text* text) {
    napi_value value;
    *text = (struct text){NULL, 0};
    return napi_get_named_property(env, object, name, &value) == napi_ok && get_text(env, value, text);
}

bool get_number_member(napi_env env, napi_value object, const char* name, double* number) {
    napi_value value;
    return napi_get_named_property(env, object, name, &value) == napi_ok
           && napi_get_value_double(env, value, number) == napi_ok;
}

bool get_flag_member(napi_env env, napi_value object, const char* name, bool* flag) {
    napi_value value;
    return napi_get_named_property(env, object, name, &value) == napi_ok
           && napi_get_value_bool(env, value, flag) == napi_ok;
}

void wipe_text(struct text* text) {
    if (text->characters != NULL)
        explicit_bzero(text->characters, text->length);
    free(text->characters);
    text->characters = NULL;
}

bool make_text(napi_env env, const char* characters, napi_value* value) {
    if (characters == NULL)
        return napi_get_null(env, value) == napi_ok;
    return napi_create_string_utf8(env, characters, NAPI_AUTO_LENGTH, value) == napi_ok;
}

bool set_text(napi_env env, napi_value object, const char* name, const char* characters) {
    napi_value value;
    return make_text(env, characters, &value) && napi_set_named_property(env, object, name, value) == napi_ok;
}

bool set_number(napi_env env, napi_value object, const char* name, double number) {
    napi_value value;
    return napi_create_double(env, number, &value) == napi_ok
           && napi_set_named_property(env, object, name, value) == napi_ok;
}

bool set_flag(napi_env env, napi_value object, const char* name, bool flag) {
    napi_value value;
    return napi_get_boolean(env, flag, &value) == napi_ok
           && napi_set_named_property(env, object, name, value) == napi_ok;
}
