interface Warning {
    code: string;
    message: string;
}

/**
 * Whether a run of the node may use the connection; rejects with the error that stands in the way. `asked`: the service
 * was asked, and takes the key as far as the warnings say nothing else. Otherwise that shows at the first run: the module
 * only looked at the values. No job is made and nothing is charged.
 */
export function checkConnection(
    session: { execute(run: object): Promise<{ warnings: Warning[] }> },
    descriptor: object,
    connection: object | undefined,
): Promise<{ asked: boolean; warnings: Warning[] }>;
