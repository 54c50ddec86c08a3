/** Labels of fields by their names. */
export type Labels = { readonly [name: string]: string };

export declare function labeller(labels: Labels): (text: string) => string;
export declare function detailsBeside(
    error: { message: string; details?: readonly { path: string; message: string }[] },
    labels: Labels,
): string[];
