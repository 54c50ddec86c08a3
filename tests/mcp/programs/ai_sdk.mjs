// An agent framework's client of MCP, as its documentation has it: prints what the tool gave.
//   ai_sdk.mjs URL TOKEN ARGUMENTS
import { createMCPClient } from '@ai-sdk/mcp';

const [url, token, args] = process.argv.slice(2);
const client = await createMCPClient({ transport: { type: 'http', url, headers: { authorization: `Bearer ${token}` } } });
const { image_to_video: tool } = await client.tools();
const result = await tool.execute(JSON.parse(args), { toolCallId: 'one', messages: [] });
await client.close();
process.stdout.write(JSON.stringify(result));
