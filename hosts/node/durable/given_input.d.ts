/**
 * The input that is meant by what a sheet or an agent gives: "TRUE" for a boolean is true; an empty text for something optional to
 * choose, or with a default, is left out, so that the default holds. A required text that says "undefined" or "null" stays,
 * with a warning. Whatever else is given stays as it is; what is wrong with it the module says.
 */
export function readGiven<Input extends object>(
    schema: { [keyword: string]: unknown },
    given: Input,
): { input: Input; warnings: { code: string; message: string }[] };
