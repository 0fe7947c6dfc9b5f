// Tool loops: the SDKs call the function, hand back what it returns, and get the answer.
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';

const [api] = process.argv.slice(2);
const client = new OpenAI({ baseURL: api, apiKey: 'none' });
const anthropic = new Anthropic({ baseURL: api.replace(/\/v1\/?$/, ''), apiKey: 'none' });
const question = { role: 'user', content: 'What is the weather in Oslo?' };
const description = 'Get the current weather for a city.';
const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const asked = [];
const weather = ({ city }) => {
  asked.push(city);
  return '{"temp": 12, "sky": "cloudy"}';
};
const chat = {
  model: 'igla-7b',
  temperature: 0,
  messages: [question],
  tools: [{ type: 'function', function: { name: 'get_weather', description, parameters, parse: JSON.parse, function: weather } }],
};
const seen = {};

const whole = client.chat.completions.runTools(chat);
seen.runTools = { answer: await whole.finalContent(), roles: whole.messages.map((message) => message.role) };

const streamed = client.chat.completions.runTools({ ...chat, stream: true });
const pieces = [];
streamed.on('tool_calls.function.arguments.delta', ({ arguments_delta }) => pieces.push(arguments_delta));
seen.runToolsStreamed = { answer: await streamed.finalContent(), arguments: pieces.join(''), inPieces: pieces.length > 1 };

const tool = { name: 'get_weather', description, input_schema: parameters, run: weather, parse: (input) => input };
const runner = { model: 'igla-7b', max_tokens: 100, temperature: 0, messages: [question], tools: [tool] };
const last = await anthropic.beta.messages.toolRunner(runner);
seen.toolRunner = { content: last.content, stop: last.stop_reason };

seen.toolRunnerStreamed = [];
for await (const stream of anthropic.beta.messages.toolRunner({ ...runner, stream: true })) {
  const message = await stream.finalMessage();
  seen.toolRunnerStreamed.push({ stop: message.stop_reason, content: message.content.map(({ type, text, name, input }) => ({ type, text, name, input })) });
}

// The loop of the Responses API is the caller's own.
const flat = { type: 'function', name: 'get_weather', description, parameters, strict: true };
for (const stream of [false, true]) {
  const input = [question];
  const ask = async () => {
    const request = { model: 'igla-7b', temperature: 0, input, tools: [flat] };
    return stream ? client.responses.stream(request).finalResponse() : client.responses.create(request);
  };
  const first = await ask();
  for (const call of first.output.filter((item) => item.type === 'function_call')) {
    input.push({ type: 'function_call', call_id: call.call_id, name: call.name, arguments: call.arguments });
    input.push({ type: 'function_call_output', call_id: call.call_id, output: weather(JSON.parse(call.arguments)) });
  }
  seen[stream ? 'responsesStreamed' : 'responses'] = (await ask()).output_text;
}

seen.asked = asked;
console.log(JSON.stringify(seen));
