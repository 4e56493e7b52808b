# For try_deb, try_boot and try_service: a root out of $tar under $root, apt in it, and its boot. Sourced.

fill_root() { # FILE.tar
    mkdir "$root"
    tar -C "$root" -xf "$1" --exclude='./dev/*'
    mkdir -p "$root/dev/shm"
    mknod -m 666 "$root/dev/null" c 1 3
    mknod -m 666 "$root/dev/urandom" c 1 9
    mount -t proc proc "$root/proc"
}

leave_root() {
    umount -l "$root/proc" 2>/dev/null || true
    rm -rf --one-file-system "$work"
}

inside() {
    chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
        DEBIAN_FRONTEND=noninteractive "$@"
}

# What clean_root installed is all that the package needs: nothing is fetched.
apt() {
    inside apt-get --quiet --quiet --yes -o Dpkg::Use-Pty=0 "$@" \
        > "$work/said" 2>&1 || { cat "$work/said"; exit 1; }
}

# Has the steps run as the last unit of a boot of $root, shows what they say, and ends by it: 1 when
# something did not hold, 77 where nothing boots.
boot_root() { # STEPS [OPTION OF NSPAWN…]
    install -m 755 "$1" "$root/boot_steps"
    shift
    install -m 644 "$here/boot_site.py" "$root/boot_site.py"
    mkdir -p "$root/etc/systemd/system/graphical.target.wants"
    cat > "$root/etc/systemd/system/try.service" <<'UNIT'
[Unit]
After=multi-user.target
[Service]
Type=idle
ExecStart=/boot_steps
StandardOutput=file:/results
StandardError=file:/results.err
ExecStopPost=/bin/systemctl --no-block poweroff
UNIT
    ln -s ../try.service "$root/etc/systemd/system/graphical.target.wants/try.service"
    # nspawn's own filter does not know Landlock.
    calls="seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self"
    export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
    timeout "${TRY_SECONDS:-600}" systemd-nspawn --quiet --directory="$root" --boot \
        --register=no --keep-unit --console=pipe --system-call-filter="$calls" "$@" \
        > "$work/console" 2>&1 < /dev/null || true
    if [ ! -e "$root/results" ]; then
        echo "skipped: systemd does not boot here: $(tail -n 1 "$work/console")"
        exit 77
    fi
    cat "$root/results"
    if ! tail -n 1 "$root/results" | grep -qx "all held"; then
        cat "$root/results.err"
        inside journalctl --directory=/var/log/journal --no-pager -n 80 2>/dev/null || tail -n 40 "$work/console"
        exit 1
    fi
}
