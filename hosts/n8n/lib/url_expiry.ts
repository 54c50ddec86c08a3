// Until when a signed URL is valid, where it says so itself.

/** 20251124T101112Z, as the date of a signature. */
function ofSignature(date: string): number {
    const [, day, time] = /^(\d{8})T(\d{6})Z$/.exec(date) ?? [];
    const parts = (text: string, sign: string) => text.replace(/(..)(..)$/, `${sign}$1${sign}$2`);
    return day ? Date.parse(`${parts(day, '-')}T${parts(time, ':')}Z`) : NaN;
}

/** null: it does not say. */
export function expiryOf(url: string): Date | null {
    if (!URL.canParse(url)) {
        return null;
    }
    const values = new Map([...new URL(url).searchParams].map(([name, value]) => [name.toLowerCase(), value]));
    const of = (name: string) => values.get(name) ?? '';
    // X-Amz-Date with X-Amz-Expires, and the same of Google's, Alibaba's and ByteDance's stores.
    const signed = [...values.keys()].find((name) => /^x-\w+-expires$/.test(name));
    const moments = [
        signed === undefined ? NaN : ofSignature(of(signed.replace('expires', 'date'))) + Number(of(signed)) * 1000,
        /^\d{10}$/.test(of('expires')) ? Number(of('expires')) * 1000 : NaN, // seconds since 1970
        values.has('sig') ? Date.parse(of('se')) : NaN, // Azure's
    ];
    const moment = moments.find((one) => !Number.isNaN(new Date(one).getTime()));
    return moment === undefined ? null : new Date(moment);
}

/** As the URL itself says. */
export function hasExpired(url: string) {
    const expiry = expiryOf(url);
    return expiry !== null && expiry.getTime() < Date.now();
}
