#!/usr/bin/env bash
# Six parties in six network namespaces, by the commands of docs/deploy.md: four sites, a computation server, an aggregation server; the certificate
# authority stays outside. Every wire has its own shaping, and a party can be killed. Needs root, `ip` and `bc`; with RATE or DELAY also `tc`.
#
#   sudo bench/namespaces.sh [RUN.json] [SETTING ...]      # settings of the run file, e.g. rounds=4 wire.payload=bf16
#   RATE=100mbit    limits what each party sends
#   DELAY=10ms      holds back what each party sends, 20 ms there and back (needs a kernel with netem)
#   KILL=compute    kills that party (compute, aggregate, hospital-1 ..) with -9 after KILL_AFTER seconds (30), starts it again at once, and prints
#                   how long it took until the next step (of that site, or of any) and until the next round was committed, beside how long rounds take
set -euo pipefail
cd "$(dirname "$0")/.."
run=${1:-runs/default.json}; shift || true
export DOTNET_gcServer=0 OMP_NUM_THREADS=1
work=$(mktemp -d); sites=(hospital-1 hospital-2 hospital-3 hospital-4); parties=("${sites[@]}" compute aggregate)
declare -A address pids

tidy() {
  for pid in "${pids[@]:-}"; do [ -n "$pid" ] && kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  for party in "${parties[@]}"; do ip netns del "rosfl-$party" 2>/dev/null || true; done
  ip link del rosfl-br 2>/dev/null || true
  rm -rf "$work"
}
trap tidy EXIT

dotnet publish src/RosFL.Cli -c Release -o "$work/bin" --nologo -v q
rosfl="$work/bin/rosfl"

ip link add rosfl-br type bridge && ip addr add 10.77.0.1/24 dev rosfl-br && ip link set rosfl-br up
for i in "${!parties[@]}"; do
  party=${parties[$i]}; address[$party]=10.77.0.$((i + 2))
  ip netns add "rosfl-$party"
  ip link add "rosfl-v$i" type veth peer name eth0 netns "rosfl-$party"
  ip link set "rosfl-v$i" master rosfl-br up
  ip netns exec "rosfl-$party" sh -c "ip addr add ${address[$party]}/24 dev eth0 && ip link set eth0 up && ip link set lo up"
  if [ -n "${DELAY:-}" ]; then ip netns exec "rosfl-$party" tc qdisc add dev eth0 root netem delay "$DELAY" ${RATE:+rate "$RATE"}
  elif [ -n "${RATE:-}" ]; then ip netns exec "rosfl-$party" tc qdisc add dev eth0 root tbf rate "$RATE" burst 256kb latency 50ms; fi
done

"$rosfl" ca init "$work/ca" --address https://10.77.0.1:7443 --name namespaces > /dev/null
"$rosfl" ca serve "$work/ca" > "$work/ca.log" 2>&1 & pids[ca]=$!
for site in "${sites[@]}"; do "$rosfl" invite "$site" --role site --ca "$work/ca" --out "$work/$site.invite.json" > /dev/null; done
"$rosfl" invite compute --role computation-server --host "${address[compute]}" --ca "$work/ca" --out "$work/compute.invite.json" > /dev/null
"$rosfl" invite aggregate --role aggregation-server --host "${address[aggregate]}" --ca "$work/ca" --out "$work/aggregate.invite.json" > /dev/null
entries=()
for party in "${parties[@]}"; do
  ip netns exec "rosfl-$party" "$rosfl" enrol "$work/$party.invite.json" --party "$work/$party/party" > /dev/null
  weight=(); [[ $party == hospital* ]] && weight=(--weight 14)
  "$rosfl" study entry --party "$work/$party/party" "${weight[@]}" > "$work/$party.entry.json"
  entries+=("$work/$party.entry.json")
done

settings=(); for setting in "$@"; do settings+=(--set "$setting"); done
"$rosfl" study new "$run" "${settings[@]}" --id namespaces --out "$work/study.json" --roster "${entries[@]}" > /dev/null
for party in "${parties[@]}"; do
  cp "$work/study.json" "$work/$party/study.json"
  "$rosfl" study approve "$work/$party/study.json" --party "$work/$party/party" > /dev/null
done
"$rosfl" study collect "$work/study.json" $(printf "$work/%s/study.json " "${parties[@]}") --party "$work/nobody" > /dev/null
for party in "${parties[@]}"; do "$rosfl" study collect "$work/study.json" --party "$work/$party/party" > /dev/null; done

secret=$("$rosfl" study secret)
merge=https://${address[aggregate]}:7444 bodies=https://${address[compute]}:7445
data='"data": { "layout": "phantoms", "phantoms": { "sites": 4, "imagesPerSite": 24, "size": 64 } }'
for site in "${sites[@]}"; do
  echo "{ $data }" > "$work/$site/own.json"
  cat > "$work/$site/site.json" <<END
{ "party": "$work/$site/party", "study": "namespaces", "run": "$work/$site/own.json", "aggregationServer": "$merge", "computationServer": "$bodies",
  "folder": "$work/$site/state", "sitesSecret": "$secret", "ownSecret": "$("$rosfl" study secret)" }
END
  chmod 600 "$work/$site/site.json"
done
echo "{ \"output\": { \"folder\": \"$work/runs\" } }" > "$work/aggregate/own.json"
echo "{}" > "$work/compute/own.json"
cat > "$work/aggregate/aggregate.json" <<END
{ "party": "$work/aggregate/party", "listen": "0.0.0.0:7444", "studies": [ { "study": "namespaces", "run": "$work/aggregate/own.json", "computationServer": "$bodies" } ] }
END
cat > "$work/compute/compute.json" <<END
{ "party": "$work/compute/party", "listen": "0.0.0.0:7445", "folder": "$work/compute/state", "studies": [ { "study": "namespaces", "run": "$work/compute/own.json" } ] }
END

start() {
  local command=$1 events=(); [[ $1 == hospital* ]] && command=site
  [[ $1 == aggregate && -n "${KILL:-}" ]] && events=(--json)
  ip netns exec "rosfl-$1" "$rosfl" "$command" "$work/$1/$command.json" "${events[@]}" >> "$work/$1.out" 2>> "$work/$1.err" & pids[$1]=$!
}

begin=$(date +%s.%N)
for party in compute aggregate "${sites[@]}"; do start "$party"; done
if [ -n "${KILL:-}" ]; then
  sleep "${KILL_AFTER:-30}"
  of=; [[ $KILL == hospital* ]] && of=".*\"site\":\"$KILL\""
  count() { grep -c "\"event\":\"$1" "$work/aggregate.out" || true; }
  later() { # seconds from the kill until another line of the kind is there
    until [ "$(count "$1")" -gt "$2" ]; do
      kill -0 "${pids[${sites[0]}]}" 2>/dev/null || { echo "no round was left to be committed: raise rounds, or lower KILL_AFTER" >&2; exit 1; }
      sleep 0.02
    done
    echo "$(date +%s.%N) - $killed" | bc
  }
  kill -9 "${pids[$KILL]}"; killed=$(date +%s.%N); sleep 0.05 # what was under way is written down
  steps=$(count "step\"$of") rounds=$(count committed); start "$KILL"
  step=$(later "step\"$of" "$steps"); round=$(later committed "$rounds")
  echo "killed $KILL; the next step came $step s later, the next round was committed $round s later"
fi
for site in "${sites[@]}"; do
  wait "${pids[$site]}" || { echo "$site failed:"; tail -n 3 "$work/$site.err"; exit 1; }
done
end=$(date +%s.%N)
if [ -n "${KILL:-}" ]; then sed -n 's/.*"committed","round":{"round":\([0-9]*\),"seconds":\([0-9.]*\).*/round \1 took \2 s/p' "$work/aggregate.out"; else cat "$work/aggregate.out"; fi
echo "six namespaces${RATE:+ at $RATE}${DELAY:+, $DELAY away}: $(echo "$end - $begin" | bc) s from start to the last site's end"
for party in "${parties[@]}"; do
  read -r sent < <(ip netns exec "rosfl-$party" cat /sys/class/net/eth0/statistics/tx_bytes)
  echo "$party sent $((sent / 1024 / 1024)) MiB"
done
