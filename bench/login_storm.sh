#!/usr/bin/env bash
# Many clients from cold to ready at once, as the official client does it: configuration, own conversations, their
# documents, rosters and lists, subscriptions. Processor time of the service per client.
#   bench/login_storm.sh [CLIENTS] [CHANNELS]
source "$(dirname "$0")/support.sh"
clients=${1:-2000} channels=${2:-20}
ulimit -n $((clients * 2 + 1000))
start_service "$work/storm.db"
read -r seconds cost each < <("$bin/login_storm_bench" "$service_port" "$service_pid" "$clients" "$channels")
echo "$clients clients with $each conversations each: all ready after $seconds s; $cost ms of processor time per client"
