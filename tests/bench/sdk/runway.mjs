import RunwayML from '@runwayml/sdk';
import { input, measure } from './measure.mjs';

await measure((baseUrl) => {
    const client = new RunwayML({ apiKey: 'bench-key', baseURL: baseUrl });
    return async () => {
        const task = await client.imageToVideo
            .create({ model: 'gen4_turbo', promptImage: input.image, promptText: input.prompt, ratio: '1280:720' })
            .waitForTaskOutput();
        return task.output[0];
    };
});
