/** At most `width` of the calls at once. */
export function limited(width: number) {
    let running = 0;
    const waiting: (() => void)[] = [];
    return async <T>(call: () => Promise<T>): Promise<T> => {
        if (running >= width) {
            await new Promise<void>((resolve) => waiting.push(resolve));
        } else {
            running += 1;
        }
        try {
            return await call();
        } finally {
            const next = waiting.shift();
            if (next) {
                next();
            } else {
                running -= 1;
            }
        }
    };
}
