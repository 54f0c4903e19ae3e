-- What wrk sends and counts. Run by tests/load/tools.py; the arguments behind "--" are:
--   timed FILE PATH  POST each line "pass<TAB>idea" of FILE to PATH until the time is over
--   all FILE PATH    until each line has its answer, which is told by "FINISHED"
--   read PATH        GET PATH over and over

local threads, sent, answered = {}, 0, 0
local looked_at, finished = false, false
local mode, file, path, host, held, other
answers, ran_out = {}, 0

function setup(thread)
  threads[#threads + 1] = thread
end

local function next_vote()
  local line = file:read("*l")
  if not line then
    return nil
  end
  local pass, idea = line:match("^(.-)\t(.*)$")
  local body = '{"idea_id":"' .. idea .. '"}'
  return "POST " .. path .. " HTTP/1.1\r\nHost: " .. host
    .. "\r\nAuthorization: Bearer " .. pass
    .. "\r\nContent-Type: application/json\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
end

function init(args)
  mode, host = args[1], wrk.host .. ":" .. wrk.port
  if mode == "read" then
    other = "GET " .. args[2] .. " HTTP/1.1\r\nHost: " .. host .. "\r\n\r\n"
    return
  end
  -- Sent when there are no more votes, as wrk has to send something; its answers are not counted.
  other = "GET /healthz HTTP/1.1\r\nHost: " .. host .. "\r\n\r\n"
  file, path = assert(io.open(args[2])), args[3]
  held = next_vote()
end

function request()
  if mode == "read" then
    return other
  end
  if not looked_at then -- wrk asks for one request that it does not send
    looked_at = true
    return held
  end
  local vote = held
  if not vote then
    ran_out = ran_out + 1
    return other
  end
  held = next_vote()
  sent = sent + 1
  return vote
end

function response(status)
  if not (ran_out > 0 and status == 200) then
    answered = answered + 1
    answers[status] = (answers[status] or 0) + 1
  end
  if mode == "all" and not held and answered == sent and not finished then
    finished = true
    io.write("FINISHED\n")
    io.flush()
    wrk.thread:stop()
  end
end

function done(summary, latency, requests)
  local thread = threads[1]
  local counted = {}
  for status, number in pairs(thread:get("answers")) do
    counted[#counted + 1] = string.format('"%d":%d', status, number)
  end
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"answers":{%s},"seconds":%f,"broken":%d,"ran_out":%d,'
      .. '"p50_ms":%f,"p99_ms":%f}\n',
    table.concat(counted, ","), summary.duration / 1e6,
    errors.connect + errors.read + errors.write + errors.timeout,
    thread:get("ran_out"),
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
