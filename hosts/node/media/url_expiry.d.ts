/** null: the URL does not say. */
export declare function expiryOf(url: string): Date | null;
/** In UTC, without parts of seconds; null: the URL does not say. */
export declare function expiryText(url: string): string | null;
export declare function hasExpired(url: string): boolean;
