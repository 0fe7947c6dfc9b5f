-- For wrk: one-token completions of prompts that all differ.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"

local number = 0

function request()
  number = number + 1
  return wrk.format(nil, "/v1/completions", nil,
    '{"prompt":"Once upon a time ' .. number .. '","max_tokens":1,"temperature":0}')
end
