#!/bin/sh
# A walk through the REST API with curl alone; node reads JSON, since not every machine has jq.
# Needs PORTICO_URL and PORTICO_API_KEY, or the demo data of an installation on this machine.
set -eu

demo="${PORTICO_DATA_DIR:-.portico}/demo.json"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

# json FILE EXPRESSION: prints a value of a JSON document, which the expression knows as `it`.
json() {
  node -e 'const it = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"));
    console.log(new Function("it", `return ${process.argv[2]}`)(it))' "$1" "$2"
}

if [ -n "${PORTICO_URL:-}" ] && [ -n "${PORTICO_API_KEY:-}" ]; then
  url="$PORTICO_URL" key="$PORTICO_API_KEY"
elif [ -n "${PORTICO_URL:-}${PORTICO_API_KEY:-}" ]; then
  echo "Set PORTICO_URL and PORTICO_API_KEY both, or neither." >&2
  exit 1
elif [ -r "$demo" ]; then
  url="$(json "$demo" it.restUrl)" key="$(json "$demo" 'it.organizations[0].apiKey')"
else
  echo "$demo cannot be read: start Portico with \`npm start\`, or set PORTICO_URL and PORTICO_API_KEY." >&2
  exit 1
fi

# The key goes in by a file: arguments are shown to every user of the machine.
(umask 077 && printf 'header = "Authorization: Bearer %s"\n' "$key" >"$work/key")
: >"$work/anonymous"
credential="$work/anonymous"

# call STATUS METHOD PATH [curl arguments]: shows the call and its answer, and ends the walk on any other status.
# Head and body of the answer are left in $work/head and $work/body.
call() {
  expected="$1" method="$2" path="$3"
  shift 3
  if [ "$method" = HEAD ]; then set -- --head "$@"; else set -- --request "$method" "$@"; fi
  status="$(curl --silent --show-error --config "$credential" --dump-header "$work/head" --output "$work/body" \
    --write-out '%{http_code}' "$@" "$url$path")"
  # Cursors are long and mean nothing to a reader.
  printf '%-6s %-58s %s\n' "$method" "$(printf '%s' "$path" | sed 's/cursor=.*/cursor=…/')" "$status"
  [ "$status" = "$expected" ] && return
  echo "expected $expected:" >&2
  cat "$work/body" >&2
  exit 1
}

post() {
  call "$1" POST "$2" --header 'Content-Type: application/json' --data "$3"
}

# header NAME: a header of the latest answer.
header() {
  grep -i "^$1:" "$work/head" | sed 's/^[^:]*: *//' | tr -d '\r'
}

say() {
  printf '       %s\n' "$1"
}

problem() {
  case "$(header content-type)" in application/problem+json*) ;; *) echo "not a problem" >&2 && exit 1 ;; esac
  say "$(json "$work/body" '`${it.code}: ${it.detail}`')"
}

echo "Without a credential"
call 200 GET /v1/health
call 200 GET /problems/precondition_failed --header 'Accept: application/json'
say "$(json "$work/body" it.mend)"
call 200 GET /v1/openapi.json
say "$(json "$work/body" '`OpenAPI ${it.openapi} with ${Object.keys(it.paths).length} paths`')"

call 401 GET /v1/schedules
problem
say "WWW-Authenticate: $(header www-authenticate)"

echo "A token for the Convex functions, from the same key"
(umask 077 && printf 'user = "walk:%s"\n' "$key" >"$work/basic")
credential="$work/basic"
call 200 POST /v1/oauth/token --data grant_type=client_credentials
say "$(json "$work/body" '`${it.token_type} for ${it.expires_in} s with ${it.scope.split(" ").length} scopes`')"

echo "Create, get, list"
credential="$work/key"
now="$(date +%s)000"
schedule='{"title":"Walk through the API","startDate":'"$now"',"endDate":'"$((now + 3600000))"'}'
post 201 /v1/schedules "$schedule"
location="$(header location)"
call 200 GET "$location"
etag="$(header etag)"
say "ETag $etag"
call 304 GET "$location" --header "If-None-Match: $etag"
say "not modified: no body was sent"
call 200 HEAD "$location"
call 200 GET '/v1/schedules?status=draft&limit=1'
cursor="$(json "$work/body" 'it.page.nextCursor ?? ""')"
if [ -n "$cursor" ]; then
  call 200 GET "/v1/schedules?status=draft&limit=1&cursor=$cursor"
  say "the page behind nextCursor: $(json "$work/body" 'it.data.map(({ title }) => title).join()')"
fi

echo "A write that must not overwrite"
change() {
  call "$1" PATCH "$location" --header 'Content-Type: application/json' --header "If-Match: $2" --data "$3"
}
change 200 "$etag" '{"title":"Changed once"}'
change 412 "$etag" '{"title":"Changed by somebody who read the old version"}'
problem

echo "A retry that must not repeat"
idempotent() {
  call "$1" POST /v1/todos --header "Idempotency-Key: walk-$$-$now" --header 'Content-Type: application/json' --data "$2"
}
idempotent 201 '{"text":"Only once"}'
first="$(json "$work/body" it.id)"
idempotent 201 '{"text":"Only once"}'
say "Idempotent-Replayed: $(header idempotent-replayed)"
if [ "$(json "$work/body" it.id)" != "$first" ]; then
  echo "a second todo was created" >&2
  exit 1
fi
idempotent 409 '{"text":"Something else with the same key"}'
problem

echo "Problems"
post 400 /v1/schedules '{"title":"","startDate":1}'
say "$(json "$work/body" 'it.errors.map(({ pointer, message }) => `${pointer} ${message}`).join(" · ")')"
call 404 GET "${location%?????}aaaaa"
problem
call 404 GET /v1/nothing
problem
call 405 PUT /v1/schedules
problem
say "Allow: $(header allow)"

echo "Clean up"
call 204 DELETE "$location"
call 204 DELETE "$location?permanent=true"
call 204 DELETE "/v1/todos/$first"
echo "Done."
