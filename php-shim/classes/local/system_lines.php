<?php
// This file is part of Moodle - https://moodle.org/
//
// Moodle is free software: you can redistribute it and/or modify
// it under the terms of the GNU General Public License as published by
// the Free Software Foundation, either version 3 of the License, or
// (at your option) any later version.
//
// Moodle is distributed in the hope that it will be useful,
// but WITHOUT ANY WARRANTY; without even the implied warranty of
// MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the
// GNU General Public License for more details.
//
// You should have received a copy of the GNU General Public License
// along with Moodle.  If not, see <https://www.gnu.org/licenses/>.

namespace mod_lticontainer\local;

/**
 * The lines of custom parameters that the system writes: whose activity it is, and where records go.
 *
 * This reads them only; the service writes them.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class system_lines {
    /** @var string Whose activity it is: instance and LTI activity. */
    private const SESSIONINFO = 'lms_sessioninfo';

    /** @var string The token that opens it. */
    private const TOKEN = 'lms_rpctoken';

    /** @var string The machine that records go to; it is always Moodle's own. */
    private const SERVERURL = 'lms_serverurl';

    /** @var string The path there. */
    private const SERVERPATH = 'lms_serverpath';

    /** @var string[] All that the system writes. */
    public const NAMES = [
        self::SESSIONINFO, self::TOKEN, 'lms_course', 'lms_ltiname', self::SERVERURL, self::SERVERPATH, 'lms_iframe',
    ];

    /** @var int[] Launch containers that are embedded: with blocks and without. */
    private const EMBEDDED = [2, 3];

    /**
     * Returns the instance that a text names.
     *
     * @param string $text Custom parameters.
     * @return int Its id; 0 where it names none.
     */
    public static function named_instance(string $text): int {
        return self::ids(self::value($text, self::SESSIONINFO))[0];
    }

    /**
     * Returns the token that a text holds.
     *
     * @param string $text Custom parameters.
     * @return string Empty where it holds none.
     */
    public static function token(string $text): string {
        return self::value($text, self::TOKEN);
    }

    /**
     * Tells whether a text holds a token that is not of one activity alone: one of Moodle's web service, as 1.6.3 wrote it.
     *
     * @param string $text Custom parameters.
     * @return bool
     */
    public static function has_old_token(string $text): bool {
        $token = self::token($text);
        return $token !== '' && self::token_ids($token) === null;
    }

    /**
     * Tells whether the system has written lines into a text.
     *
     * @param string $text Custom parameters.
     * @return bool
     */
    public static function has_any(string $text): bool {
        return array_intersect(self::NAMES, array_column(self::lines($text), 0)) !== [];
    }

    /**
     * Tells whether a text would send records on the account of another activity, or to another site.
     *
     * Of two lines with the same name a launch sends the last one; so each is looked at.
     *
     * @param string $text Custom parameters.
     * @param int $ltiid Id of the activity.
     * @param string $host Host of this Moodle; empty: where records go is not looked at.
     * @return bool
     */
    public static function are_foreign(string $text, int $ltiid, string $host = ''): bool {
        $identified = $elsewhere = false;
        foreach (self::lines($text) as [$name, $value]) {
            $ids = match ($name) {
                self::SESSIONINFO => self::ids($value),
                self::TOKEN => self::token_ids($value),
                default => null,
            };
            if ($ids && $ids[1] !== 0 && $ids[1] !== $ltiid) {
                return true;
            }
            $identified = $identified || in_array($name, [self::SESSIONINFO, self::TOKEN], true);
            $elsewhere = $elsewhere || ($name === self::SERVERURL && activities::host($value) !== $host);
        }
        return $host !== '' && $identified && $elsewhere;
    }

    /**
     * Tells whether the lines of a text say what is so now.
     *
     * The service may write a name a little otherwise; then a text is made anew that does not change by it.
     *
     * @param string $text Custom parameters.
     * @param array $context The struct context of build_custom_params.
     * @param string $host Host of this Moodle.
     * @return bool
     */
    public static function are_current(string $text, array $context, string $host): bool {
        $own = [$context['inst_id'], $context['lti_id']];
        $isembedded = in_array($context['launch_container'], self::EMBEDDED, true);
        return self::ids(self::value($text, self::SESSIONINFO)) === $own
            && in_array(self::token_ids(self::token($text)), [null, $own], true)
            && self::value($text, 'lms_course') === self::bare($context['course_name'])
            && self::value($text, 'lms_ltiname') === self::bare($context['lti_name'])
            && self::value($text, 'lms_iframe') === ($isembedded ? '1' : '')
            && activities::host(self::value($text, self::SERVERURL)) === $host;
    }

    /**
     * Takes the lines out of a text that say whose activity it is, and open it; also those that lead to another site.
     *
     * @param string $text Custom parameters.
     * @param string $host Host of this Moodle.
     * @return string
     */
    public static function without_identity(string $text, string $host): string {
        $iselsewhere = activities::host(self::value($text, self::SERVERURL)) !== $host;
        $gone = [self::SESSIONINFO, self::TOKEN, ...($iselsewhere ? [self::SERVERURL, self::SERVERPATH] : [])];
        $isharmless = fn(array $line) => !in_array($line[0], $gone, true);
        return implode("\r\n", array_column(array_filter(self::lines($text), $isharmless), 2));
    }

    /**
     * Returns the host of this Moodle.
     *
     * @return string In lower case.
     */
    public static function own_host(): string {
        global $CFG;
        return activities::host($CFG->wwwroot);
    }

    /**
     * Reads the value of sessioninfo.
     *
     * @param string $value The value.
     * @return int[] Ids of instance and LTI activity, each 0 where there is none.
     */
    private static function ids(string $value): array {
        return preg_match('/^(\d+)\s*,\s*(\d+)$/D', $value, $found) ? [(int) $found[1], (int) $found[2]] : [0, 0];
    }

    /**
     * Reads whom the token of an activity is for: both ids stand in front, 16 digits each.
     *
     * @param string $token The token.
     * @return int[]|null Ids of instance and LTI activity; null where it is no such token.
     */
    private static function token_ids(string $token): ?array {
        if (!preg_match('/^[0-9a-f]{64}$/D', $token)) {
            return null;
        }
        return [(int) hexdec(substr($token, 0, 16)), (int) hexdec(substr($token, 16, 16))];
    }

    /**
     * Returns the value of a line.
     *
     * @param string $text Custom parameters.
     * @param string $name Name of the line.
     * @return string That of the first one; empty where there is none.
     */
    private static function value(string $text, string $name): string {
        foreach (self::lines($text) as $line) {
            if ($line[0] === $name) {
                return $line[1];
            }
        }
        return '';
    }

    /**
     * Returns the lines of a text.
     *
     * @param string $text Custom parameters.
     * @return string[][] Of each the name, as a launch reads it, the value, and all of it.
     */
    private static function lines(string $text): array {
        $read = function (string $line): array {
            [$name, $value] = explode('=', $line, 2) + ['', ''];
            return [strtolower(trim($name)), self::bare($value), $line];
        };
        return array_map($read, preg_split('/\r\n|\r|\n/', $text));
    }

    /**
     * Returns a value without what the service takes off it.
     *
     * @param string $value The value.
     * @return string
     */
    private static function bare(string $value): string {
        return preg_replace('/^[\s\p{Z}]+|[\s\p{Z}]+$|\x{FEFF}/u', '', $value) ?? trim($value);
    }
}
