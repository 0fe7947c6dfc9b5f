// Zod schemas through each SDK's own parsing helper. The mock would say something else: whatever fits is the server's work.
import Anthropic from '@anthropic-ai/sdk';
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import OpenAI from 'openai';
import { zodResponseFormat, zodTextFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { failureOf } from './watch.mjs';

const [api] = process.argv.slice(2);
const openai = new OpenAI({ baseURL: api, apiKey: 'none' });
const anthropic = new Anthropic({ baseURL: api.replace(/\/v1$/, ''), apiKey: 'none' });
const messages = [{ role: 'user', content: 'Hello!' }];
const chat = { model: 'igla-7b', messages, temperature: 0 };
const Answer = z.object({
  verdict: z.enum(['yes', 'no']),
  rank: z.union([z.literal(1), z.literal(2), z.null()]),
  isFinal: z.boolean(),
});
const seen = {};

const completion = await openai.chat.completions.parse({ ...chat, response_format: zodResponseFormat(Answer, 'answer') });
seen.chat = { parsed: completion.choices[0].message.parsed, finish: completion.choices[0].finish_reason };

const stream = openai.chat.completions.stream({ ...chat, response_format: zodResponseFormat(Answer, 'answer') });
const streamed = await stream.finalChatCompletion();
seen.streamed = { same: JSON.stringify(streamed.choices[0].message.parsed) === JSON.stringify(seen.chat.parsed) };

const response = await openai.responses.parse({ model: 'igla-7b', input: 'Hello!', temperature: 0, text: { format: zodTextFormat(Answer, 'answer') } });
seen.responses = { parsed: response.output_parsed, format: response.text.format.name };

const cut = await failureOf(() => openai.chat.completions.parse({ ...chat, max_tokens: 4, response_format: zodResponseFormat(Answer, 'answer') }));
seen.cut = { error: cut.constructor.name };

const unenforceable = { type: 'json_schema', json_schema: { name: 'a', strict: true, schema: { type: 'array', uniqueItems: true } } };
const refused = await failureOf(() => openai.chat.completions.create({ ...chat, response_format: unenforceable }));
seen.refused = { error: refused.constructor.name, param: refused.param, code: refused.code };

const message = await anthropic.messages.parse({ model: 'igla-7b', max_tokens: 450, temperature: 0, messages, output_config: { format: zodOutputFormat(Answer) } });
seen.anthropic = { parsed: message.parsed_output, stop: message.stop_reason };

console.log(JSON.stringify(seen));
