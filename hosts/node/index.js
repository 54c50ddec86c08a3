'use strict';

const { load } = require('./lib/module.js');
const { ModuleError, RunError } = require('./lib/errors.js');

module.exports = { load, ModuleError, RunError };
