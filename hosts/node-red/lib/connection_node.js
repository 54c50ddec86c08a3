'use strict';
// The configuration node of one category of connections.
const { readConnection } = require('./inputs');

function registerConnectionNode(host, connection) {
    const { RED } = host;
    const secrets = connection.fields.filter((field) => field.secret);
    RED.nodes.registerType(
        connection.type,
        function ConnectionNode(config) {
            RED.nodes.createNode(this, config);
            this.value = () => readConnection(host, connection.fields, config, this.credentials);
        },
        { credentials: Object.fromEntries(secrets.map((field) => [field.property, { type: 'password' }])) },
    );
}

module.exports = { registerConnectionNode };
