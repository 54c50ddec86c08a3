import Replicate from 'replicate';
import { input, measure } from './measure.mjs';

await measure((baseUrl) => {
    const replicate = new Replicate({ auth: 'bench-key', baseUrl: `${baseUrl}/v1` });
    return async () => {
        const output = await replicate.run('minimax/video-01', {
            input: { prompt: input.prompt, first_frame_image: input.image, negative_prompt: input.negativePrompt },
        });
        return output.url().href;
    };
});
