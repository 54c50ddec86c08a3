'use strict';

const { load } = require('./lib/module.js');
const { prepareImage } = require('./lib/image.js');
const { ModuleError, RunError } = require('./lib/errors.js');

module.exports = { load, prepareImage, ModuleError, RunError };
