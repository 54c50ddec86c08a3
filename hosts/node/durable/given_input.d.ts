/**
 * The input that a spreadsheet or an agent means: "TRUE" for a boolean is true; an empty text for an optional choice, or for
 * anything with a default, is left out, so that the default applies. A required text "undefined" or "null" is kept, with a
 * warning. Everything else is kept as given; the module reports what is wrong with it.
 */
export function readGiven<Input extends object>(
    schema: { [keyword: string]: unknown },
    given: Input,
    saysNothing?: (title: string, text: string) => string,
): { input: Input; warnings: { code: string; message: string }[] };
