'use strict';
// What the runs of each node have cost since Node-RED started, as far as it is known: how many were billed, or may have been.
const { amountText } = require('./help');

class Spending {
    #byNode = new Map(); // id -> {yes, unknown}

    of(id) {
        return this.#byNode.get(id) ?? { yes: 0, unknown: 0 };
    }

    /** `charged`: "yes", "unknown" or "no". An open run counts where it is collected. */
    add(id, charged) {
        const sum = { ...this.of(id) };
        if (charged in sum) {
            sum[charged] += 1;
            this.#byNode.set(id, sum);
        }
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

module.exports = { Spending, spendingText };
