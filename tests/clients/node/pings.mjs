import OpenAI from 'openai';

const [api] = process.argv.slice(2);
const seen = { opened: 0 };

// Nothing but pings comes until the third of them opens the gate, so the SDK has read them when the answer begins.
let pings = 0;
const watchingFetch = async (url, init) => {
  const response = await fetch(url, init);
  const watch = new TransformStream({
    async transform(chunk, controller) {
      controller.enqueue(chunk);
      if (new TextDecoder().decode(chunk).startsWith(':') && ++pings === 3) {
        seen.opened++;
        await fetch(new URL('/open', api));
      }
    },
  });
  return new Response(response.body.pipeThrough(watch), response);
};

const client = new OpenAI({ baseURL: api, apiKey: 'none', fetch: watchingFetch });
const stream = await client.chat.completions.create({ model: 'igla-7b', messages: [{ role: 'user', content: 'Hello!' }], stream: true });
let text = '';
for await (const chunk of stream) text += chunk.choices[0].delta.content ?? '';
seen.text = text;

console.log(JSON.stringify(seen));
