import { createReplicate } from '@ai-sdk/replicate';
import { experimental_generateVideo as generateVideo } from 'ai';
import { input, measure } from './measure.mjs';

await measure((baseUrl) => {
    const replicate = createReplicate({ apiToken: 'bench-key', baseURL: `${baseUrl}/v1` });
    const model = replicate.video('minimax/video-01');
    return async () => {
        let video = '';
        await generateVideo({
            model,
            prompt: { image: input.image, text: input.prompt },
            // It would fetch the video, which the others leave to their caller.
            download: async ({ url }) => {
                video = url.href;
                return { data: new Uint8Array(8), mediaType: 'video/mp4' };
            },
        });
        return video;
    };
});
