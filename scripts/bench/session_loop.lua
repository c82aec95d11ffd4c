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

local open_sessions = {}
local is_echo, heads, user, made_up

-- A request up to the number of its body's bytes; `wrk.format` would put all of it together again for each request.
local function head(path)
  return "POST " .. path .. " HTTP/1.1\r\nHost: " .. wrk.headers["Host"]
    .. "\r\nContent-Type: application/json\r\nContent-Length: "
end

function init(args)
  is_echo = args[1] == "echo"
  local paths = PATHS[args[1]]
  heads = { start = head(paths.start), stop = head(paths.stop) }
  user = tonumber(args[2])
  made_up = 0
end

function request()
  local session = table.remove(open_sessions)
  if session then
    local body = '{"user_id":"' .. session.user_id .. '","session_id":"' .. session.session_id
      .. '","performer_id":"carer01"}'
    return heads.stop .. #body .. "\r\n\r\n" .. body
  end
  user = (user + 1) % USERS
  local body = string.format('{"user_id":"user%05d","performer_id":"carer01"}', user)
  return heads.start .. #body .. "\r\n\r\n" .. body
end

function response(status, _, body)
  if status ~= 200 then return end
  local mark = is_echo and '"session_id"' or '"end_time"'
  if string.find(body, mark, 1, true) then return end
  local user_id = string.match(body, '"user_id":"([^"]*)"')
  local session_id = string.match(body, '"session_id":"([^"]*)"')
  if is_echo then
    made_up = made_up + 1
    session_id = string.format("sess_%016x", made_up)
  end
  table.insert(open_sessions, { user_id = user_id, session_id = session_id })
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
