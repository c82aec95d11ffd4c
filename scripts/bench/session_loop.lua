-- What wrk sends: each connection starts a session, then ends one that was started. Sessions wait in a queue for
-- their end, since wrk does not tell connections apart; there are as many starts as ends under way either way.
--
-- Arguments: "ledger" or "echo", and the number of the first user. The echo gets the same bodies: it has no ids to
-- give, so the loop makes up ids of the same length, and reads the answers as closely.

local USERS = 10000
local PATHS = {
  ledger = { start = "/session_manager/sessions.start", stop = "/session_manager/sessions.end" },
  echo = { start = "/echo", stop = "/echo" },
}

local headers = { ["Content-Type"] = "application/json" }
local open_sessions = {}
local paths, is_echo, user, made_up

function init(args)
  is_echo = args[1] == "echo"
  paths = PATHS[args[1]]
  user = tonumber(args[2])
  made_up = 0
end

function request()
  local session = table.remove(open_sessions)
  if session then
    local body = '{"user_id":"' .. session.user_id .. '","session_id":"' .. session.session_id
      .. '","performer_id":"carer01"}'
    return wrk.format("POST", paths.stop, headers, body)
  end
  user = (user + 1) % USERS
  return wrk.format("POST", paths.start, headers, string.format('{"user_id":"user%05d","performer_id":"carer01"}', user))
end

function response(status, _, body)
  if status ~= 200 then return end
  local user_id = string.match(body, '"user_id":"([^"]*)"')
  local session_id = string.match(body, '"session_id":"([^"]*)"')
  local ended = string.find(body, '"end_time"', 1, true)
  if is_echo then
    ended = session_id
    made_up = made_up + 1
    session_id = string.format("sess_%016x", made_up)
  end
  if not ended then table.insert(open_sessions, { user_id = user_id, session_id = session_id }) end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"duration_us":%d,"refused":%d,"failed":%d,"p50_us":%d,"p99_us":%d}\n',
    summary.requests, summary.duration, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99)
  ))
end
