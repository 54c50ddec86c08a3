'use strict';
// The files that runs make.

class Keeper {
    constructor() {}

    async kept() {
        return {};
    }

    pathOf() {
        return null;
    }

    async content() {
        return null;
    }

    originsOf() {
        return [];
    }
}

module.exports = { Keeper };
