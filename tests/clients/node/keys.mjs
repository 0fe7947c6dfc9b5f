import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { failureOf } from './watch.mjs';

const [api] = process.argv.slice(2);
const messages = [{ role: 'user', content: 'Hello!' }];
const seen = {};

const openai = (apiKey) => new OpenAI({ baseURL: api, apiKey }).chat.completions.create({ model: 'igla-7b', messages });
const refused = await failureOf(() => openai('sk-wrong'));
seen.openai = {
  error: refused.constructor.name,
  code: refused.code,
  repeatsTheKey: refused.message.includes('sk-wrong'),
  text: (await openai('sk-right')).choices[0].message.content,
};

// The API key goes out as x-api-key, the token as Authorization.
const anthropic = (credential) =>
  new Anthropic({ baseURL: new URL('/', api).href, apiKey: null, authToken: null, ...credential }).messages.create({ model: 'igla-7b', max_tokens: 50, messages });
const failure = await failureOf(() => anthropic({ apiKey: 'sk-wrong' }));
seen.anthropic = {
  error: failure.constructor.name,
  type: failure.error.error.type,
  byKey: (await anthropic({ apiKey: 'sk-right' })).content[0].text,
  byToken: (await anthropic({ authToken: 'sk-right' })).content[0].text,
};

console.log(JSON.stringify(seen));
