'use strict';
// The question before a run that costs: "about 4 credits ($0.10): go on?"
const { inputRequired } = require('@modelcontextprotocol/server');
const { priceText } = require('../native/durable/node_form');

const key = 'go_on';
const schema = {
    type: 'object',
    properties: { go_on: { type: 'boolean', title: 'Go on', description: 'Run it, and pay for it', default: true } },
    required: ['go_on'],
};

/** Forms are what a client has that says nothing of modes. */
const canAsk = (capabilities) => {
    const elicitation = capabilities?.elicitation;
    return elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined);
};

/** "yes", "no", or "ask". `responses`: what came back with the call. */
function verdictOf(responses) {
    const response = responses?.[key];
    if (response === undefined) {
        return 'ask';
    }
    return response.action === 'accept' && response.content?.go_on === true ? 'yes' : 'no';
}

/** `inputFiles`: the names of the files that go to the service. */
function questionOf({ descriptor, form }, inputFiles) {
    const files = inputFiles.length > 0 ? ` of ${inputFiles.join(', ')}` : '';
    const message = `${descriptor.title}${files} costs about ${priceText(form.price)}: go on?`;
    return inputRequired({ inputRequests: { [key]: inputRequired.elicit({ message, requestedSchema: schema }) } });
}

module.exports = { canAsk, questionOf, verdictOf };
