/* Between JavaScript values and C's. A false or NULL means that Node-API refused or memory is short. */
#pragma once

#include <node_api.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* For the end of a function called by JavaScript that could not do its work: throws, if that can be. */
napi_value throw_failure(napi_env env);

/* A text of JavaScript's that C holds: wiped when given back, because it may be a secret. */
struct text {
    char* characters; /* NULL: undefined or null in JavaScript */
    size_t length;
};
bool get_text(napi_env env, napi_value value, struct text* text);
bool get_text_member(napi_env env, napi_value object, const char* name, struct text* text);
bool get_number_member(napi_env env, napi_value object, const char* name, double* number);
bool get_flag_member(napi_env env, napi_value object, const char* name, bool* flag);
void wipe_text(struct text* text);

/* NULL becomes null. */
bool make_text(napi_env env, const char* characters, napi_value* value);
bool set_text(napi_env env, napi_value object, const char* name, const char* characters);
bool set_number(napi_env env, napi_value object, const char* name, double number);
bool set_flag(napi_env env, napi_value object, const char* name, bool flag);
