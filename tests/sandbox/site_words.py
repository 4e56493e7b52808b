"""What the main sites say, word for word as their extractors pass it on, and what it is to us."""

from procs import errors

HINT = "Use --cookies-from-browser or --cookies for the authentication. See  https://wiki.example"
BUGS = "; please report this issue on  https://github.com/yt-dlp/yt-dlp/issues?q="
#: (site, its words, our class), as expected failures.
SAID = [
    ("youtube", f"Sign in to confirm you’re not a bot. {HINT}", errors.BotCheck),
    ("youtube", f"Sign in to confirm you're not a bot. {HINT}", errors.BotCheck),
    ("youtube", "Error. YouTube is requiring a captcha challenge before playback", errors.BotCheck),
    (
        "youtube",
        "All player responses are invalid. Your IP is likely being blocked by Youtube",
        errors.BotCheck,
    ),
    (
        "youtube",
        "Video unavailable. This content isn't available, try again later. The current session has "
        "been rate-limited by YouTube for up to an hour. It is recommended to use `-t sleep`",
        errors.SiteBusy,
    ),
    ("youtube", f"Sign in to confirm your age. This video may be in{HINT}", errors.LoginNeeded),
    (
        "youtube",
        "Join this channel to get access to members-only content like this video",
        errors.LoginNeeded,
    ),
    ("youtube", "This video requires payment to watch", errors.LoginNeeded),
    (
        "youtube",
        "This video is only available to Music Premium members",
        errors.LoginNeeded,
    ),
    (
        "youtube",
        f"Private video. Sign in if you've been granted access to this video. {HINT}",
        errors.Gone,
    ),
    ("youtube", "Video unavailable. This video is private", errors.Gone),
    ("youtube", "Video unavailable", errors.Gone),
    ("youtube", "This video isn't available anymore", errors.Gone),
    (
        "youtube",
        "Video unavailable. This video is no longer available because the YouTube account "
        "associated with this video has been terminated.",
        errors.Gone,
    ),
    (
        "youtube",
        "This video has been removed for violating YouTube's policy on hate speech",
        errors.Gone,
    ),
    (
        "youtube",
        "Video unavailable. This video contains content from SME, who has blocked it on copyright "
        "grounds",
        errors.Gone,
    ),
    (
        "youtube",
        "Video unavailable. This video contains content from SME, who has blocked it in your "
        "country on copyright grounds",
        errors.GeoBlocked,
    ),
    ("youtube", "This live event will begin in 3 hours.", errors.LiveNow),
    ("youtube", "This live event has ended.", errors.LiveNow),
    ("youtube", "Premieres in 12 hours", errors.LiveNow),
    ("youtube", "This live stream recording is not available.", errors.Gone),
    ("youtube", "We're processing this video. Check back later.", errors.NotReady),
    ("youtube", "The page needs to be reloaded.", errors.ExtractorBroken),
    (
        "youtube",
        "The following content is not available on this app. Watch on the latest version of "
        "YouTube.",
        errors.ExtractorBroken,
    ),
    ("youtube", "YouTube said: The playlist does not exist.", errors.Gone),
    ("youtube", "Requested format is not available. Use --list-formats", errors.NoSuchVariant),
    ("youtube", "This video is DRM protected", errors.Drm),
    (
        "instagram",
        "The webpage request was redirected to the login page. You have exceeded the rate-limit "
        f"for accessing posts anonymously. {HINT}",
        errors.SiteBusy,
    ),
    (
        "instagram",
        "Instagram sent an empty media response. Check if this post is accessible in your browser "
        f"without being logged-in. If it is not, then u{HINT[1:]}. Otherwise, if the post is "
        "accessible in browser without being logged-in",
        errors.LoginNeeded,
    ),
    (
        "instagram",
        f"This content is only available for registered users who follow this account. {HINT}",
        errors.Gone,
    ),
    (
        "instagram",
        f"Restricted Video: You must be 18 years old or over. {HINT}",
        errors.LoginNeeded,
    ),
    ("instagram", f"This content is unreachable. {HINT}", errors.LoginNeeded),
    ("instagram", f"You need to log in to access this content. {HINT}", errors.LoginNeeded),
    ("instagram", "Sorry, this page isn't available.", errors.Gone),
    ("instagram", "There is no video in this post", errors.Unsupported),
    ("instagram", "Please wait a few minutes before you try again.", errors.SiteBusy),
    ("tiktok", "Your IP address is blocked from accessing this post", errors.GeoBlocked),
    (
        "tiktok",
        "You do not have permission to view this post. Log into an account that has access. "
        f"{HINT}",
        errors.Gone,
    ),
    (
        "tiktok",
        f"This user's account is private. Log into an account that has access. {HINT}",
        errors.Gone,
    ),
    ("tiktok", "This account does not have any videos posted", errors.Unsupported),
    ("tiktok", "This livestream has ended", errors.Gone),
    ("tiktok", "Fresh cookies (not necessarily logged in) are needed", errors.LoginNeeded),
    ("twitter", f"NSFW tweet requires authentication. {HINT}", errors.LoginNeeded),
    (
        "twitter",
        "Twitter API says: Age-restricted adult content. This content might not be appropriate for "
        "people under 18 years old. To view this media, you’ll need to log in to X",
        errors.LoginNeeded,
    ),
    ("twitter", f"You are not authorized to view this protected tweet. {HINT}", errors.Gone),
    (
        "twitter",
        "Twitter API says: You’re unable to view this Post because this account owner limits who "
        "can view their Posts",
        errors.Gone,
    ),
    ("twitter", "Twitter API says: This Post is from a suspended account", errors.Gone),
    ("twitter", "Twitter API says: This Post was deleted by the Post author", errors.Gone),
    ("twitter", "Requested tweet is unavailable", errors.Gone),
    ("twitter", "Broadcast no longer exists", errors.Gone),
    ("twitter", "Twitter Space not found", errors.Gone),
    ("twitter", "Twitter Space ended and replay is disabled", errors.Gone),
    ("twitter", "Twitter Space not started yet", errors.LiveNow),
    ("twitter", "Twitter Space ended but not downloadable yet", errors.LiveNow),
    ("twitter", "This live broadcast has not yet started", errors.LiveNow),
    ("twitter", "No video could be found in this tweet", errors.Unsupported),
    ("twitter", "Media #2 is not a video", errors.Unsupported),
    (
        "facebook",
        f"This video is only available for registered users. {HINT}",
        errors.LoginNeeded,
    ),
    (
        "facebook",
        'The video is not available, Facebook said: "You must log in to continue."',
        errors.LoginNeeded,
    ),
    (
        "facebook",
        'The video is not available, Facebook said: "This content isn\'t available right now"',
        errors.Gone,
    ),
    (
        "soundcloud",
        "SoundCloud said: This track was not found. Maybe it has been removed",
        errors.Gone,
    ),
    ("soundcloud", "This video is DRM protected", errors.Drm),
    ("reddit", "Your IP address is unable to access the Reddit API", errors.BotCheck),
    ("reddit", f"Account authentication is required. {HINT}", errors.LoginNeeded),
    (
        "reddit",
        f"Quarantined subreddit; an account that has opted in is required. {HINT}",
        errors.LoginNeeded,
    ),
    (
        "reddit",
        f"Private subreddit; an account that has been approved is required. {HINT}",
        errors.Gone,
    ),
    ("reddit", "No media found", errors.Unsupported),
    ("reddit", "This video is processing", errors.NotReady),
    (
        "vimeo",
        "This request has been blocked due to its TLS fingerprint. Install a required "
        "impersonation dependency if possible. If you are using a data center IP or VPN/proxy, "
        "your IP may be blocked.",
        errors.BotCheck,
    ),
    (
        "vimeo",
        "Got HTTP Error 403. If you are using a data center IP or VPN/proxy, your IP may be "
        "blocked",
        errors.BotCheck,
    ),
    (
        "vimeo",
        "Authentication may be needed due to your location. If your IP address is located in "
        f"Europe you could try using a VPN/proxy, or else u{HINT[1:]}",
        errors.GeoBlocked,
    ),
    (
        "vimeo",
        "This video is protected by a password, use the --video-password option",
        errors.Gone,
    ),
    (
        "vimeo",
        "Cannot download embed-only video without embedding URL. Please call yt-dlp with the URL "
        "of the page that embeds this video.",
        errors.Unsupported,
    ),
    ("vimeo", "This live event is scheduled for 2030-01-01", errors.LiveNow),
    ("vimeo", f"The web client only works when logged-in. {HINT}", errors.LoginNeeded),
    (
        "twitch",
        "You must be logged into an account that has access to this subscriber-only content. "
        f"{HINT}",
        errors.LoginNeeded,
    ),
    ("twitch", "This clip is no longer available", errors.Gone),
    ("twitch", "Video 1234 does not exist", errors.Gone),
    ("twitch", 'Channel "nobody" not found', errors.Gone),
    ("twitch", "content_geoblocked: Content is restricted", errors.GeoBlocked),
    ("aparat", "این ویدیو حذف شده است", errors.Gone),
    ("dailymotion", "dailymotion said: Content rejected", errors.Gone),
    ("dailymotion", "dailymotion said: Password protected video", errors.Gone),
    ("vk", "Access denied to video 1_2.", errors.Gone),
    ("vk", "Video 1_2 is not available in your region.", errors.GeoBlocked),
    ("vk", "Video 1_2 is temporarily unavailable.", errors.NotReady),
    (
        "some.example",
        "Got HTTP Error 403 caused by Cloudflare anti-bot challenge; try again with  "
        '--extractor-args "generic:impersonate"',
        errors.BotCheck,
    ),
    (
        "some.example",
        "Access to this webpage has been blocked by Websense filtering software in your network.",
        errors.SiteFiltered,
    ),
    ("some.example", "'nonsense' is not a valid URL", errors.Unsupported),
    ("some.example", "A network error has occurred.", errors.NetworkBroken),
    ("some.example", "Words nobody has seen before", errors.Unsupported),
]
#: The same, as failures that the extractor did not expect.
BROKE = [
    ("youtube", "Failed to extract any player response", errors.ExtractorBroken),
    ("youtube", "No video formats found!", errors.ExtractorBroken),
    ("tiktok", "Unable to solve JS challenge", errors.ExtractorBroken),
    ("tiktok", "Video not available, status code 10231", errors.Gone),
    ("twitter", "Error(s) while querying API: Rate limit exceeded", errors.SiteBusy),
    ("twitter", "Error(s) while querying API: OverCapacity: Unspecified", errors.SiteBroken),
    ("twitter", "Could not retrieve guest token", errors.ExtractorBroken),
    ("facebook", "Cannot parse data", errors.ExtractorBroken),
    ("soundcloud", "Unable to extract client id", errors.ExtractorBroken),
    ("reddit", "HTTP Error 403 Forbidden; reason given: banned", errors.Gone),
    ("vimeo", "Got HTTP Error 429 when using impersonate target. If you are using a data "
     "center IP or VPN/proxy, your IP may be blocked", errors.BotCheck),
    ("aparat", "Unable to extract options", errors.ExtractorBroken),
    ("some.example", "Words nobody has seen before", errors.ExtractorBroken),
]  # fmt: skip
#: Phrases of the extractors themselves; YouTube's, X's and VK's servers send the rest.
WRITTEN = [
    ("youtube/_video.py", "Your IP is likely being blocked by Youtube"),
    ("youtube/_video.py", "has been rate-limited by YouTube"),
    ("youtube/_video.py", "requiring a captcha challenge before playback"),
    ("instagram.py", "You have exceeded the rate-limit for accessing posts anonymously"),
    ("instagram.py", "Instagram sent an empty media response"),
    ("instagram.py", "for registered users who follow this account"),
    ("tiktok.py", "Your IP address is blocked from accessing this post"),
    ("tiktok.py", "You do not have permission to view this post"),
    ("twitter.py", "NSFW tweet requires authentication"),
    ("twitter.py", "not authorized to view this protected tweet"),
    ("twitter.py", "No video could be found in this tweet"),
    ("facebook.py", "The video is not available, Facebook said"),
    ("reddit.py", "Your IP address is unable to access the Reddit API"),
    ("reddit.py", "Private subreddit"),
    ("vimeo.py", "blocked due to its TLS fingerprint"),
    ("vimeo.py", "If you are using a data center IP or VPN/proxy, your IP may be blocked"),
    ("vimeo.py", "Authentication may be needed due to your location"),
    ("twitch.py", "access to this subscriber-only content"),
    ("generic.py", "caused by Cloudflare anti-bot challenge"),
]
