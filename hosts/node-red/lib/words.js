'use strict';
// The words for flow authors: this package's message catalogues, in the language of Node-RED's runtime.

const clause = (text) => text.replace(/\.$/, '');

/** {language, t, foreign} */
function wordsOf(RED) {
    const t = (key, values) => RED._(`workflow-nodes.${key}`, values);
    const language = t('language');
    /** What others say, they say in English: where authors read another language, it is quoted behind `own`. */
    const foreign = (own, said) => (language === 'en-US' ? said : t('quoted', { own: clause(own), said: clause(said) }));
    return { language, t, foreign };
}

module.exports = { wordsOf };
