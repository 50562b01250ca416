#!/bin/sh
# Runs a command on the first of several hosts that are none: network namespaces of this machine, whose links carry RATE at most
# (1gbit). Takes root, iproute2 and a kernel with namespaces.
#
#   hosts.sh COUNT RATE COMMAND…
#
# The command finds mpirun's flags for these hosts in $HOSTS_FLAGS; hosts are called host1, host2, …
set -eu

count=$1
rate=$2
shift 2
work=$(mktemp -d)
tag=un$$

clean() {
    for i in $(seq "$count"); do
        ip netns pids "$tag-$i" 2>/dev/null | xargs -r kill -9 2>/dev/null || true
        ip netns del "$tag-$i" 2>/dev/null || true
    done
    ip link del "$tag" 2>/dev/null || true
    rm -rf "$work"
}
trap clean EXIT
trap 'exit 143' INT TERM

ip link add "$tag" type bridge
ip link set "$tag" up
addresses=""
for i in $(seq "$count"); do
    ip netns add "$tag-$i"
    ip link add "$tag.$i" type veth peer name eth0 netns "$tag-$i"
    ip link set "$tag.$i" master "$tag" up
    ip -n "$tag-$i" addr add "10.77.0.$i/24" dev eth0
    ip -n "$tag-$i" link set lo up
    ip -n "$tag-$i" link set eth0 up
    ip netns exec "$tag-$i" tc qdisc add dev eth0 root tbf rate "$rate" burst 256kb latency 50ms
    addresses=$addresses${addresses:+,}10.77.0.$i
done

# What ssh would be: mpirun calls it with a host and words for that host's shell.
cat > "$work/agent" <<END
#!/bin/sh
i=\${1##*.}
shift
exec ip netns exec "$tag-\$i" unshare -u sh -c 'hostname host'"\$i"'; exec sh -c "\$0"' "\$*"
END
chmod +x "$work/agent"

HOSTS_FLAGS="--mca plm_rsh_agent $work/agent --mca btl tcp,self --mca btl_tcp_if_include eth0 --mca oob_tcp_if_include eth0"
HOSTS_FLAGS="$HOSTS_FLAGS --bind-to none --host $addresses"
export HOSTS_FLAGS OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
ip netns exec "$tag-1" unshare -u sh -c 'hostname host1; exec "$@"' sh "$@"
