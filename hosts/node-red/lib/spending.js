'use strict';
// What the runs of each node have cost since Node-RED started, as far as it is known: how many were billed, or may have been.
const { amountText } = require('./help');

const mostRemembered = 10000; // an older run that is sent again counts again

class Spending {
    #byNode = new Map(); // id -> {yes, unknown}
    #runs = new Map(); // key -> {id, charged}, as they count

    of(id) {
        return this.#byNode.get(id) ?? { yes: 0, unknown: 0 };
    }

    /** `charged`: "yes", "unknown" or "no". A run counts once, however often it is collected: as billed, once that is known. */
    add(id, key, charged) {
        const earlier = this.#runs.get(key);
        const isNews = earlier === undefined || (earlier.charged === 'unknown' && charged === 'yes');
        if (!isNews || !['yes', 'unknown'].includes(charged)) {
            return;
        }
        if (earlier !== undefined) {
            this.#count(earlier, -1);
        }
        this.#count({ id, charged }, 1);
        this.#runs.set(key, { id, charged });
        if (this.#runs.size > mostRemembered) {
            this.#runs.delete(this.#runs.keys().next().value);
        }
    }

    #count({ id, charged }, change) {
        const sum = this.of(id);
        this.#byNode.set(id, { ...sum, [charged]: sum[charged] + change });
    }
}

/** `left`: how many runs the node may still start in this hour; null: any number. null where there is nothing to tell. */
function spendingText({ yes, unknown }, left, price, t) {
    const all = (amount) => (amount === null ? null : Number((amount * yes).toFixed(4)));
    const sum = price && amountText({ credits: all(price.credits), dollars: all(price.dollars) }, t);
    const parts = [];
    if (yes + unknown > 0) {
        parts.push(yes > 0 && sum ? t('spending.billedFor', { n: yes, sum }) : t('spending.billed', { n: yes }));
    }
    if (unknown > 0) {
        parts.push(t('spending.unknown', { n: unknown }));
    }
    if (left !== null) {
        parts.push(t('spending.left', { n: left }));
    }
    return parts.length > 0 ? parts.join(' ') : null;
}

module.exports = { Spending, mostRemembered, spendingText };
