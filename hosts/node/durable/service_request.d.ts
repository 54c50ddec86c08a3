/** The PEM texts of whom the module trusts: those of the file alone, or the system's, which SSL_CERT_FILE and SSL_CERT_DIR name. */
export function authorities(caFile?: string, environment?: NodeJS.ProcessEnv): Promise<string[]>;

/** The status of the answer, whichever it is; rejects when there is none. */
export function statusOf(
    url: URL | string,
    options?: { method?: string; headers?: Record<string, string>; caFile?: string },
): Promise<number>;
