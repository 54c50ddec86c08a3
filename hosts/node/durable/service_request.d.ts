/** The PEM texts of the authorities that the module trusts: the file's alone, or the system's (SSL_CERT_FILE, SSL_CERT_DIR). */
export function authorities(caFile?: string, environment?: NodeJS.ProcessEnv): Promise<string[]>;

/** The HTTP status of the reply, whichever it is; rejects if there is none. */
export function statusOf(
    url: URL | string,
    options?: { method?: string; headers?: Record<string, string>; caFile?: string },
): Promise<number>;
