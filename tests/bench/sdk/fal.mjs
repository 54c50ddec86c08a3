import { createFalClient } from '@fal-ai/client';
import { input, measure } from './measure.mjs';

await measure((baseUrl) => {
    const fal = createFalClient({
        credentials: 'bench-key',
        // It has no base URL; this is its documented way to send requests elsewhere.
        requestMiddleware: async (request) => ({
            ...request,
            url: request.url.replace('https://queue.fal.run', baseUrl),
        }),
    });
    return async () => {
        const result = await fal.subscribe('fal-ai/minimax/video-01/image-to-video', {
            input: { prompt: input.prompt, image_url: input.image, negative_prompt: input.negativePrompt },
        });
        return result.data.video.url;
    };
});
